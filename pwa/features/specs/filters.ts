/** Filters and sorts specs as the URL says. */
import { priorities } from '#contract/meta.ts';
import type { Spec } from './spec-groups.ts';

export interface SpecFilter {
  readonly status?: string;
  readonly priority?: string;
  readonly tag?: string;
  readonly q?: string;
}

/** The specs that match every part of the filter. Every word must occur in the title, name, number, tags or assignee. */
export function filterSpecs(specs: readonly Spec[], { status, priority, tag, q }: SpecFilter): Spec[] {
  const words = (q ?? '').toLowerCase().split(/\s+/).filter(Boolean);
  return specs.filter((spec) => {
    if (status && spec.status !== status) return false;
    if (priority && spec.priority !== priority) return false;
    if (tag && !spec.tags.includes(tag)) return false;
    if (words.length === 0) return true;
    const text = `${spec.title} ${spec.name} ${spec.tags.join(' ')} ${spec.assignee ?? ''}`.toLowerCase();
    return words.every((word) => text.includes(word));
  });
}

/** The orders beside the usual one, which is the newest number first. */
export const specOrders = { changed: 'Last changed', title: 'Title', priority: 'Priority' } as const;
export type SpecOrder = keyof typeof specOrders;

/** The specs in the named order; unchanged for an unknown name. */
export function orderSpecs(specs: readonly Spec[], order: string | undefined): readonly Spec[] {
  switch (order as SpecOrder | undefined) {
    case 'changed':
      return specs.toSorted((a, b) => b.changedAt - a.changedAt);
    case 'title':
      return specs.toSorted((a, b) => a.title.localeCompare(b.title));
    case 'priority':
      return specs.toSorted((a, b) => weightOf(b) - weightOf(a));
    default:
      return specs;
  }
}

/** Those without a priority come last. */
function weightOf({ priority }: Spec): number {
  return priority === undefined ? -1 : priorities.indexOf(priority);
}

/** How many specs have each value, most first. */
export function countBy(
  specs: readonly Spec[],
  valuesOf: (spec: Spec) => readonly (string | undefined)[],
): [string, number][] {
  const counts = new Map<string, number>();
  for (const spec of specs)
    for (const value of valuesOf(spec)) if (value) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
}
