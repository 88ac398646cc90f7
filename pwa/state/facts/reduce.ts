/** Turns events into changes of facts. Pure, and the same for every sort of item. */

import type { FeedSnapshot, ItemChange } from '#contract/feed.ts';
import { baselineSort } from '../replica/baseline.ts';
import { addChanges, type Changes, changedItems, type Facts, noChanges } from './facts.ts';
import { isOfSort } from './sorts.ts';

/** The changes of a feed's events. Idempotent, also after a snapshot that already includes them. */
export function reduce(feed: string, told: readonly ItemChange[]): Changes {
  const changes = noChanges();
  for (const change of told) {
    const { item, key } = change;
    const items = changedItems(changes, item, feed);
    if (change.op === 'move') items.set(change.from, null);
    if (change.op === 'delete') items.set(key, null);
    else if (isOfSort(item, key, change.value)) items.set(key, change.value);
  }
  return changes;
}

/** The changes that make the facts of a feed equal to its snapshot. */
export function changesOfSnapshot(feed: string, items: FeedSnapshot['items'], facts: Facts): Changes {
  const changes = changesOfLeaving(feed, facts);
  // What this device noted of the feed itself is in no snapshot.
  changes.get(baselineSort)?.delete(feed);
  for (const { item, key, value } of items) {
    if (!isOfSort(item, key, value)) continue;
    const changed = changedItems(changes, item, feed);
    if (isSame(facts.get(item)?.get(feed)?.get(key), value)) changed.delete(key);
    else changed.set(key, value);
  }
  return changes;
}

/** The changes that remove all facts of a feed. */
export function changesOfLeaving(feed: string, facts: Facts): Changes {
  const changes = noChanges();
  for (const [sort, feeds] of facts)
    for (const key of feeds.get(feed)?.keys() ?? []) changedItems(changes, sort, feed).set(key, null);
  return changes;
}

/** The changes that make all facts equal to `all`. */
export function changesOfReplacement(all: Changes, facts: Facts): Changes {
  const changes = noChanges();
  for (const [sort, feeds] of facts)
    for (const [feed, items] of feeds) for (const key of items.keys()) changedItems(changes, sort, feed).set(key, null);
  addChanges(changes, all);
  return changes;
}

/** JSON values of the same relay: their fields come in the same order. */
function isSame(a: unknown, b: unknown): boolean {
  return a !== undefined && JSON.stringify(a) === JSON.stringify(b);
}
