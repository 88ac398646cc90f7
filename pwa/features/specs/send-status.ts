/** Setting the status of a spec from the screens. */
import type { SpecStatus } from '#contract/meta.ts';
import type { App } from '../../state/app-state.ts';
import { send } from '../editing.ts';
import { type Spec, specArgOf } from './spec-groups.ts';

/** Sets a LeanSpec spec's status, shown at once. */
export function sendStatus(app: App, machine: string, spec: Spec, status: SpecStatus, force?: true): void {
  if (status === spec.status) return;
  const { main } = spec;
  const args = { project: spec.project, spec: specArgOf(main), status, ...(force ? { force } : {}) };
  send(app, machine, 'spec-metadata-update', args, {
    ifRev: main.rev,
    optimistic: { ...main, meta: { ...main.meta, status } },
  });
}
