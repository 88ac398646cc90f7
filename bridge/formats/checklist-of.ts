/** The `checklist` in a document's meta. */
import type { ChecklistItem } from '#contract/grammar/checklist.ts';
import type { SubSpecMeta } from '#contract/meta.ts';

/** Total and done; an empty object if there is no box. */
export function checklistOf(items: readonly ChecklistItem[]): Pick<SubSpecMeta, 'checklist'> {
  if (items.length === 0) return {};
  return { checklist: { total: items.length, done: items.filter(({ done }) => done).length } };
}
