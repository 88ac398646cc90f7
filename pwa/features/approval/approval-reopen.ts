/** Taking a decision back, in words. */
import type { CommandFeature } from '../feature.ts';

export const approvalReopen: CommandFeature<'approval-reopen'> = {
  title: 'Decision taken back',
  words: () => ({
    doing: 'Taking the decision back',
    done: 'Decision taken back',
    toDo: 'take the decision back',
  }),
};
