/** Putting a spec away, in words. */
import type { CommandFeature } from './feature.ts';

export const specArchive: CommandFeature<'spec-archive'> = {
  title: 'Archive',
  label: ({ spec }) => `${spec} archived`,
  // In the archive it is called by its folder: a spec may have been made again under its name.
  undo: ({ project, spec }, { from, to, folderRev }) => ({
    kind: 'spec-unarchive',
    args: { project, spec: from === to ? spec : to },
    ifRev: folderRev,
  }),
};
