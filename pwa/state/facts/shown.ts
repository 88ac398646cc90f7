/** Puts facts and wishes into the Solid store that the screens read. A changed item redraws only what shows it, and a thousand changes at once are fast. */
import { batch } from 'solid-js';
import { produce, reconcile, type SetStoreFunction } from 'solid-js/store';
import type { AppState, Wish } from '../app-state.ts';
import type { Draft } from '../wishes/drafts.ts';
import { type Changes, changedItems, type Facts, noChanges } from './facts.ts';

type Records<Value> = { [key: string]: Value };
type Items = Records<Records<Records<object>>>;

/** The state, writable for the code that maintains it. */
export type StateWritable = { -readonly [Field in keyof AppState]: AppState[Field] };

/** The pending value that covers an item, if any; null hides the item. */
export type Overlay = (sort: string, feed: string, key: string) => object | null | undefined;

export interface Shown {
  /** Draws what has changed. */
  changes(changes: Changes): void;
  /** The feeds that have been read whole. */
  feeds(feeds: Iterable<string>): void;
  /** Draws an item again, because its pending value has changed. */
  item(sort: string, feed: string, key: string): void;
  wishes(wishes: readonly Wish[]): void;
  /** Replaces or (undefined) removes it. */
  draft(key: string, draft: Draft | undefined): void;
  clear(): void;
}

/** An object without a prototype, because its keys come from outside. */
export function emptyRecords<Value>(): Records<Value> {
  return Object.create(null) as Records<Value>;
}

/** The initial state. */
export function emptyState(): StateWritable {
  return {
    signedIn: 'unknown',
    me: undefined,
    connection: { rung: 'connecting', heardAt: undefined, since: Date.now() },
    items: emptyRecords(),
    wishes: [],
    drafts: emptyRecords(),
    visits: emptyRecords(),
    heard: emptyRecords(),
    read: emptyRecords(),
    restored: false,
    bodiesHere: emptyRecords(),
    replica: 'kept',
    signInProblem: undefined,
    signInQuestion: undefined,
    tiedAt: undefined,
    updateReady: false,
    installable: false,
  };
}

/** Shows `facts` below `overlay` in the store of `setState`. */
export function createShown(setState: SetStoreFunction<StateWritable>, facts: Facts, overlay: Overlay): Shown {
  const changes = (changed: Changes) =>
    setState(
      produce((state) => {
        for (const [sort, feeds] of changed)
          for (const [feed, items] of feeds) {
            const visible = (key: string) => {
              const over = overlay(sort, feed, key);
              return over === undefined ? facts.get(sort)?.get(feed)?.get(key) : (over ?? undefined);
            };
            showItems(state.items as Items, sort, feed, items.keys(), visible, facts.get(sort)?.has(feed) !== true);
          }
      }),
    );
  return {
    changes,
    feeds(feeds) {
      const read = Object.fromEntries([...feeds].map((feed) => [feed, true as const]));
      setState('read', reconcile(read));
    },
    item(sort, feed, key) {
      const changed = noChanges();
      changedItems(changed, sort, feed).set(key, null);
      changes(changed);
    },
    draft: (key, draft) =>
      setState(
        produce((state) => {
          if (draft === undefined) delete (state.drafts as Records<Draft>)[key];
          else (state.drafts as Records<Draft>)[key] = { ...draft };
        }),
      ),
    wishes: (wishes) => setState('wishes', (before) => keepUnchanged(before, wishes)),
    clear: () =>
      batch(() => {
        setState({ items: emptyRecords(), wishes: [] });
        setState('read', reconcile({}));
      }),
  };
}

/** `isEmpty`: the feed has no item of this sort. */
function showItems(
  all: Items,
  sort: string,
  feed: string,
  keys: Iterable<string>,
  visible: (key: string) => object | undefined,
  isEmpty: boolean,
): void {
  if (all[sort] === undefined) all[sort] = emptyRecords();
  const feeds = all[sort] as Records<Records<object>>;
  const shown = feeds[feed];
  if (shown !== undefined) for (const key of keys) showItem(shown, key, visible(key));
  else feeds[feed] = bulk(keys, visible);
  if (isEmpty && Object.keys(feeds[feed] ?? {}).length === 0) delete feeds[feed];
}

/** Sets everything at once, without a proxy in between, before anything reads it. */
function bulk(keys: Iterable<string>, visible: (key: string) => object | undefined): Records<object> {
  const items = emptyRecords<object>();
  for (const key of keys) {
    const value = visible(key);
    if (value !== undefined) items[key] = { ...value };
  }
  return items;
}

/** Changes the fields of the object, so that the elements that show it stay. Never changes the facts' own objects. */
function showItem(shown: Records<object>, key: string, value: object | undefined): void {
  const before = shown[key] as Records<unknown> | undefined;
  if (value === undefined) delete shown[key];
  else if (before === undefined) shown[key] = { ...value };
  else {
    for (const field of Object.keys(before)) if (!Object.hasOwn(value, field)) delete before[field];
    for (const [field, now] of Object.entries(value)) if (!isSame(before[field], now)) before[field] = now;
  }
}

function isSame(before: unknown, now: unknown): boolean {
  return before === now || (typeof now === 'object' && JSON.stringify(before) === JSON.stringify(now));
}

/** A wish that has not changed stays the same object, so that its row stays. */
function keepUnchanged(before: readonly Wish[], wishes: readonly Wish[]): readonly Wish[] {
  const known = new Map(before.map((wish) => [wish.id, wish]));
  return wishes.map((wish) => {
    const old = known.get(wish.id);
    return old?.state === wish.state && old.problem === wish.problem && old.result === wish.result ? old : wish;
  });
}
