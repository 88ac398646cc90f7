/** Bringing a spec back, in words. */
import type { CommandFeature } from './feature.ts';

export const specUnarchive: CommandFeature<'spec-unarchive'> = {
  title: 'Bring back',
  label: ({ spec }) => `${spec} brought back`,
  undo: ({ project, spec }, { folderRev }) => ({ kind: 'spec-archive', args: { project, spec }, ifRev: folderRev }),
};
