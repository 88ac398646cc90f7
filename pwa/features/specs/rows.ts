/** From specs to the lines of the list: heads of groups, and below each its specs. */
import type { SpecStatus } from '#contract/meta.ts';
import type { Spec } from './spec-groups.ts';

export interface HeadLine {
  readonly is: 'head';
  readonly key: string;
  readonly status: SpecStatus;
  readonly count: number;
}

export interface SpecLine {
  readonly is: 'spec';
  readonly key: string;
  readonly spec: Spec;
  /** Its place among all specs that are listed, from 1. */
  readonly place: number;
}

export type Line = HeadLine | SpecLine;

/** What is being worked on comes first. */
const listOrder: readonly SpecStatus[] = ['in-progress', 'planned', 'draft', 'complete', 'archived'];

/** Grouped by status, in the order in which they come. */
export function linesOf(specs: readonly Spec[]): readonly Line[] {
  const groups = Map.groupBy(specs, ({ status }) => status);
  let place = 0;
  return listOrder.flatMap((status): Line[] => {
    const group = groups.get(status) ?? [];
    if (group.length === 0) return [];
    const lines = group.map((spec): SpecLine => {
      place += 1;
      return { is: 'spec', key: keyOf(spec), spec, place };
    });
    return [{ is: 'head', key: status, status, count: group.length }, ...lines];
  });
}

/** Names a spec within its machine. */
export function keyOf({ project, folder }: Spec): string {
  return `${project}\n${folder}`;
}
