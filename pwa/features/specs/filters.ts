/** Filters and sorts specs as the URL says. */
import { priorities } from '#contract/meta.ts';
import type { Spec } from './spec-groups.ts';

export interface SpecFilter {
  readonly status?: string;
  readonly priority?: string;
  readonly tag?: string;
  readonly q?: string;
}

/** Neither done nor put away. */
export function isActive({ status }: Spec): boolean {
  return status !== 'complete' && status !== 'archived';
}

/** Which specs are listed: a status, `active`, `changed` or `all`. Unless the address says: all where something else narrows them or nothing is active, else those that are active. */
export function selectionOf(query: Readonly<Record<string, string | undefined>>, specs: readonly Spec[]): string {
  if (query.status) return query.status;
  const isNarrowed = query.q || query.priority || query.tag;
  return isNarrowed || (query.view ?? 'list') !== 'list' || !specs.some(isActive) ? 'all' : 'active';
}

/** The specs that match every part of the filter. Every word must occur in the title, name, number, tags or assignee. */
export function filterSpecs(
  specs: readonly Spec[],
  { status = 'all', priority, tag, q }: SpecFilter,
  isNew: (spec: Spec) => boolean = () => false,
): Spec[] {
  const words = (q ?? '').toLowerCase().split(/\s+/).filter(Boolean);
  return specs.filter((spec) => {
    if (!isSelected(spec, status, isNew)) return false;
    if (priority && spec.priority !== priority) return false;
    if (tag && !spec.tags.includes(tag)) return false;
    if (words.length === 0) return true;
    const text = textOf(spec);
    return words.every((word) => text.includes(word));
  });
}

/** Made once for each spec, because every key pressed looks at all. */
const texts = new WeakMap<Spec, string>();

function textOf(spec: Spec): string {
  const known = texts.get(spec);
  if (known !== undefined) return known;
  const text = `${spec.title} ${spec.name} ${spec.tags.join(' ')} ${spec.assignee ?? ''}`.toLowerCase();
  texts.set(spec, text);
  return text;
}

function isSelected(spec: Spec, selection: string, isNew: (spec: Spec) => boolean): boolean {
  switch (selection) {
    case '':
    case 'all':
      return true;
    case 'active':
      return isActive(spec);
    case 'changed':
      return isNew(spec);
    default:
      return spec.status === selection;
  }
}

/** The orders; the first one is the usual one. */
export const specOrders = {
  changed: 'Latest change first',
  number: 'Highest number first',
  priority: 'Highest priority first',
  title: 'By title',
} as const;
export type SpecOrder = keyof typeof specOrders;

/** "latest change first". */
export function orderWords(order: string | undefined): string {
  const words = specOrders[(order || 'changed') as SpecOrder] ?? specOrders.changed;
  return words.charAt(0).toLowerCase() + words.slice(1);
}

/** The specs in the named order; by their last change for an unknown name. */
export function orderSpecs(specs: readonly Spec[], order: string | undefined): readonly Spec[] {
  switch (order as SpecOrder | undefined) {
    case 'number':
      return specs;
    case 'title':
      return specs.toSorted((a, b) => a.title.localeCompare(b.title));
    case 'priority':
      return specs.toSorted((a, b) => weightOf(b) - weightOf(a));
    default:
      return specs.toSorted((a, b) => b.changedAt - a.changedAt);
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
