/** Bringing a spec back, in words. */
import { nameIn, undoInPlace } from './archiving.ts';
import type { CommandFeature } from './feature.ts';

export const specUnarchive: CommandFeature<'spec-unarchive'> = {
  title: 'Bring back',
  words: ({ spec }) => ({
    doing: `Bringing back ${nameIn(spec)}`,
    done: `${nameIn(spec)} brought back`,
    toDo: `bring back ${nameIn(spec)}`,
  }),
  undo: (args, moved) =>
    undoInPlace(args, moved) ?? {
      kind: 'spec-archive',
      args: { project: args.project, spec: nameIn(args.spec) },
      ifRev: moved.folderRev,
    },
};
