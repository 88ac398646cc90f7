/** Saved views of the specs: filters, order and form under a name, one's own and those that are shared with the organisation. */
import type { RecordItem } from '#contract/record.ts';
import type { AppState } from '../../state/app-state.ts';
import { ownRecords, sharedRecords } from '../../state/facts/sorts.ts';

export interface SavedView {
  readonly id: string;
  readonly title: string;
  readonly isShared: boolean;
  readonly query: Readonly<Record<string, string>>;
}

/** What of the address belongs to a view. */
const names = ['status', 'priority', 'tag', 'q', 'view', 'order'] as const;

/** One's own first, by name. */
export function savedViews(state: AppState): readonly SavedView[] {
  const viewsOf = (records: readonly RecordItem[], isShared: boolean) =>
    records
      .filter(({ meta }) => meta.place === 'specs')
      .map(({ id, title, meta }) => ({ id, title, isShared, query: viewOf(asQuery(meta.query)) }))
      .sort((a, b) => (a.title < b.title ? -1 : 1));
  return [...viewsOf(ownRecords(state, 'view'), false), ...viewsOf(sharedRecords(state, 'view'), true)];
}

/** What of an address belongs to a view, without what is empty. */
export function viewOf(query: Readonly<Record<string, string | undefined>>): Readonly<Record<string, string>> {
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = query[name];
      return value ? [[name, value]] : [];
    }),
  );
}

/** The change of an address that shows a view: what the view does not name is taken away. */
export function toShow({ query }: SavedView): Record<string, string> {
  return Object.fromEntries(names.map((name) => [name, query[name] ?? '']));
}

/** The view that is shown now, if any. */
export function viewShown(views: readonly SavedView[], query: Readonly<Record<string, string>>): SavedView | undefined {
  const now = JSON.stringify(viewOf(query));
  return views.find((view) => JSON.stringify(view.query) === now);
}

function asQuery(value: unknown): Readonly<Record<string, string>> {
  if (typeof value !== 'object' || value === null) return {};
  return Object.fromEntries(
    Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}
