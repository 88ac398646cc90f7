/** Putting a spec away, in words. */
import { nameIn } from '#contract/kinds/undo.ts';
import type { CommandFeature } from '../feature.ts';

export const specArchive: CommandFeature<'spec-archive'> = {
  title: 'Archive',
  words: ({ spec }) => ({
    doing: `Archiving ${nameIn(spec)}`,
    done: `${nameIn(spec)} archived`,
    toDo: `archive ${nameIn(spec)}`,
  }),
  insist: (args) => ({ ...args, force: true }),
};
