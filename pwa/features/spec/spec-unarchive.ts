/** Bringing a spec back, in words. */
import { nameIn } from '#contract/kinds/undo.ts';
import type { CommandFeature } from '../feature.ts';

export const specUnarchive: CommandFeature<'spec-unarchive'> = {
  title: 'Unarchive',
  words: ({ spec }) => ({
    doing: `Unarchiving ${nameIn(spec)}`,
    done: `${nameIn(spec)} unarchived`,
    toDo: `unarchive ${nameIn(spec)}`,
  }),
  insist: (args) => ({ ...args, force: true }),
};
