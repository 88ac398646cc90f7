/** Bringing a spec back, in words. */
import { nameIn, undoInPlace } from './archiving.ts';
import type { CommandFeature } from './feature.ts';

export const specUnarchive: CommandFeature<'spec-unarchive'> = {
  title: 'Unarchive',
  words: ({ spec }) => ({
    doing: `Unarchiving ${nameIn(spec)}`,
    done: `${nameIn(spec)} unarchived`,
    toDo: `unarchive ${nameIn(spec)}`,
  }),
  undo: (args, moved) =>
    undoInPlace(args, moved) ?? {
      kind: 'spec-archive',
      args: { project: args.project, spec: nameIn(args.spec) },
      ifRev: moved.folderRev,
    },
};
