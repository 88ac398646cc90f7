/** The approvals that wait for a person. */
import type { Document } from '#contract/document.ts';
import type { AppState } from '../../state/app-state.ts';
import { documentsOf } from '../../state/facts/sorts.ts';

/** Those of a machine, the oldest first. */
export function pendingOf(state: AppState, machine: string): readonly Document[] {
  return Object.values(documentsOf(state, machine))
    .filter(({ kind, meta }) => kind === 'approval' && meta.status === 'pending')
    .sort((a, b) => (String(a.meta.created_at ?? '') < String(b.meta.created_at ?? '') ? -1 : 1));
}

/** All that ask about the same file of the same checkout as this one, itself included; the oldest first. */
export function pendingOfFile(state: AppState, machine: string, { project, meta }: Document): readonly Document[] {
  if (meta.file === undefined) return [];
  return pendingOf(state, machine).filter(
    (one) => one.project === project && one.meta.file === meta.file && one.meta.checkout === meta.checkout,
  );
}
