/** Keeping a text, in words. */
import type { CommandFeature } from '../feature.ts';

export const approvalSnapshot: CommandFeature<'approval-snapshot'> = {
  title: 'Snapshot',
  words: () => ({ doing: 'Keeping a snapshot', done: 'Snapshot kept', toDo: 'keep a snapshot' }),
};
