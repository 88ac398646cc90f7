/** The registry of kinds of records: one line each. */
import { checkouts } from './checkouts.ts';
import { decision } from './decision.ts';
import { look } from './look.ts';
import { mark } from './mark.ts';
import { progress } from './progress.ts';
import type { RecordKind } from './record-kind.ts';
import { run } from './run.ts';
import { terminal } from './terminal.ts';
import { view } from './view.ts';

export const recordKinds = { checkouts, decision, look, mark, progress, run, terminal, view } as const satisfies Record<
  string,
  RecordKind
>;

export type RecordKindName = keyof typeof recordKinds;

/** The declaration of a kind, or undefined for one of another release. */
export function recordKind(name: string): RecordKind | undefined {
  return Object.hasOwn(recordKinds, name) ? recordKinds[name as RecordKindName] : undefined;
}
