/** What changed in a spec, in a few words: its status, its tasks, whether it is new or gone. */
import type { Document } from '#contract/document.ts';
import type { SpecStatus } from '#contract/meta.ts';
import { specOf } from '../specs/spec-groups.ts';
import type { ChangedDocument } from './since-looked.ts';

export interface WhatChanged {
  readonly is: 'new' | 'removed' | 'changed';
  /** From one status to another. */
  readonly status?: { readonly from: SpecStatus; readonly to: SpecStatus };
  /** How many more tasks are done than before, and how many of how many are now. */
  readonly tasks?: { readonly more: number; readonly done: number; readonly total: number };
}

/** From the spec's documents before and now; `others` are those that have not changed. */
export function whatChanged(
  folder: string,
  changed: readonly ChangedDocument[],
  others: readonly Document[],
): WhatChanged {
  const now = specOf(folder, [...others, ...changed.flatMap(({ after }) => after ?? [])]);
  const isKnown = changed.every(({ before }) => before !== undefined);
  const before = isKnown
    ? specOf(folder, [...others, ...changed.flatMap((one) => one.before?.document ?? [])])
    : undefined;
  if (changed.every(({ after }) => after === undefined) && others.length === 0) return { is: 'removed' };
  if (isKnown && changed.every((one) => one.before?.document === null) && others.length === 0) return { is: 'new' };
  if (before === undefined || now === undefined) return { is: 'changed' };
  const more = (now.progress?.done ?? 0) - (before.progress?.done ?? 0);
  return {
    is: 'changed',
    ...(before.status === now.status ? {} : { status: { from: before.status, to: now.status } }),
    ...(now.progress === undefined || more === 0 ? {} : { tasks: { more, ...now.progress } }),
  };
}
