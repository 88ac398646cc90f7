/** Putting a spec away, in words. */
import { nameIn, undoInPlace } from './archiving.ts';
import type { CommandFeature } from './feature.ts';

export const specArchive: CommandFeature<'spec-archive'> = {
  title: 'Archive',
  words: ({ spec }) => ({
    doing: `Archiving ${nameIn(spec)}`,
    done: `${nameIn(spec)} archived`,
    toDo: `archive ${nameIn(spec)}`,
  }),
  // In the archive it is called by its folder: a spec may have been made again under its name.
  undo: (args, moved) =>
    undoInPlace(args, moved) ?? {
      kind: 'spec-unarchive',
      args: { project: args.project, spec: moved.from === moved.to ? args.spec : moved.to },
      ifRev: moved.folderRev,
    },
};
