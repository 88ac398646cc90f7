/** Asking for an approval, in words. */
import type { CommandFeature } from '../feature.ts';

export const approvalCreate: CommandFeature<'approval-create'> = {
  title: 'Approval asked for',
  words: ({ title }) => ({
    doing: `Asking for approval of ${title}`,
    done: `Asked for approval of ${title}`,
    toDo: `ask for approval of ${title}`,
  }),
};
