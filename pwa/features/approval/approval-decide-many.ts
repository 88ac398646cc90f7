/** Deciding several approvals, in words. */
import type { CommandFeature } from '../feature.ts';
import { counted } from '../words.ts';

export const approvalDecideMany: CommandFeature<'approval-decide-many'> = {
  title: 'Decisions',
  words: ({ decision, items }) => ({
    doing: `${decision === 'approve' ? 'Approving' : 'Rejecting'} ${counted(items.length, 'request')}`,
    done: `${decision === 'approve' ? 'Approved' : 'Rejected'} ${counted(items.length, 'request')}`,
    toDo: `${decision} ${counted(items.length, 'request')}`,
  }),
};
