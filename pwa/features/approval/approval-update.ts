/** Deciding an approval, in words. */
import type { CommandFeature } from '../feature.ts';

export const approvalUpdate: CommandFeature<'approval-update'> = {
  title: 'Decision',
  words: ({ decision }) => words[decision],
};

const words = {
  approve: { doing: 'Approving', done: 'Approved', toDo: 'approve' },
  reject: { doing: 'Rejecting', done: 'Rejected', toDo: 'reject' },
  'needs-revision': { doing: 'Asking for a revision', done: 'Asked for a revision', toDo: 'ask for a revision' },
} as const;
