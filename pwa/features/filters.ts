/** Which specs are shown: by status, priority, tag and words, as the URL says. */
import type { Spec } from './spec-groups.ts';

export interface SpecFilter {
  readonly status?: string;
  readonly priority?: string;
  readonly tag?: string;
  readonly q?: string;
}

/** The specs that fit every part of the filter. Every word must occur in the title, name, number, tags or assignee. */
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
