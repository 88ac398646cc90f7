/** Putting a spec away, in words. */
import type { CommandFeature } from './feature.ts';

export const specArchive: CommandFeature<'spec-archive'> = {
  title: 'Archive',
  label: ({ spec }) => `${spec} archived`,
  undo: ({ project, spec }, { folderRev }) => ({ kind: 'spec-unarchive', args: { project, spec }, ifRev: folderRev }),
};
