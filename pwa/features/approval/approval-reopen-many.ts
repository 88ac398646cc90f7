/** Taking several decisions back, in words. */
import type { CommandFeature } from '../feature.ts';
import { counted } from '../words.ts';

export const approvalReopenMany: CommandFeature<'approval-reopen-many'> = {
  title: 'Decisions taken back',
  words: ({ items }) => ({
    doing: `Taking ${counted(items.length, 'decision')} back`,
    done: `${counted(items.length, 'decision')} taken back`,
    toDo: `take ${counted(items.length, 'decision')} back`,
  }),
};
