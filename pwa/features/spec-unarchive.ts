/** Bringing a spec back, in words. */
import type { CommandFeature } from './feature.ts';

export const specUnarchive: CommandFeature<'spec-unarchive'> = {
  title: 'Bring back',
  label: ({ spec }) => `${nameIn(spec)} brought back`,
  undo: ({ project, spec }, { folderRev }) => ({
    kind: 'spec-archive',
    args: { project, spec: nameIn(spec) },
    ifRev: folderRev,
  }),
};

/** An archived spec is called by its folder, an active one by its name. */
function nameIn(spec: string): string {
  return spec.split('/').at(-1) ?? spec;
}
