/** How far a spec of spec-workflow or spec-context is, as its agents say it. Pure. */
import type { Document } from './document.ts';
import type { TasksMeta } from './meta.ts';

export const specPhases = [
  'requirements-needed',
  'design-needed',
  'tasks-needed',
  'implementing',
  'ready-for-implementation',
  'completed',
] as const;
export type SpecPhase = (typeof specPhases)[number];

/** The phase of a spec, from its documents. */
export function phaseOf(documents: readonly Pick<Document, 'kind' | 'meta'>[]): SpecPhase {
  const has = (kind: string) => documents.some((document) => document.kind === kind);
  if (!has('requirements')) return 'requirements-needed';
  if (!has('design')) return 'design-needed';
  const tasks = documents.find(({ kind }) => kind === 'tasks')?.meta as TasksMeta | undefined;
  if (tasks === undefined) return 'tasks-needed';
  const { total = 0, completed = 0, pending = 0 } = tasks.tasks ?? {};
  if (total > 0 && completed === total) return 'completed';
  return pending > 0 ? 'implementing' : 'ready-for-implementation';
}

/** The words of a spec's name, each with a capital. */
export function displayNameOf(name: string): string {
  return name
    .split('-')
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join(' ');
}
