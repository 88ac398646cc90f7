/** Facts: the items as the relay last sent them, as plain values by sort, feed and key, without this device's pending wishes. Only `sorts.ts` knows what a sort means. */

/** By sort, then feed, then key. */
export type Facts = ReadonlyMap<string, ReadonlyMap<string, ReadonlyMap<string, object>>>;

/** Changes of facts: a value replaces, null removes. Idempotent. Survives structured cloning. */
export type Changes = Map<string, Map<string, Map<string, object | null>>>;

/** Changes of the offsets of feeds: an offset replaces, null is for a feed that is no longer followed. Survives structured cloning. */
export type Offsets = Map<string, string | null>;

/** Empty changes. */
export function noChanges(): Changes {
  return new Map();
}

/** The changes of one sort in one feed, to add to. */
export function changedItems(changes: Changes, sort: string, feed: string): Map<string, object | null> {
  const ofSort = entryOf(changes, sort, () => new Map<string, Map<string, object | null>>());
  return entryOf(ofSort, feed, () => new Map<string, object | null>());
}

/** Every item that changes. */
export function* eachChange(
  changes: Changes,
): Generator<readonly [sort: string, feed: string, key: string, value: object | null]> {
  for (const [sort, feeds] of changes)
    for (const [feed, items] of feeds) for (const [key, value] of items) yield [sort, feed, key, value];
}

/** Adds `later` to `changes`. For an item in both, `later` wins. */
export function addChanges(changes: Changes, later: Changes): void {
  for (const [sort, feed, key, value] of eachChange(later)) changedItems(changes, sort, feed).set(key, value);
}

/** Creates empty facts. */
export interface FactsBook {
  readonly facts: Facts;
  apply(changes: Changes): void;
  clear(): void;
}

/** Keeps facts in memory. */
export function createFacts(): FactsBook {
  const facts = new Map<string, Map<string, Map<string, object>>>();
  return {
    facts,
    apply(changes) {
      for (const [sort, feeds] of changes)
        for (const [feed, items] of feeds) {
          const ofSort = entryOf(facts, sort, () => new Map<string, Map<string, object>>());
          const known = entryOf(ofSort, feed, () => new Map<string, object>());
          for (const [key, value] of items)
            if (value === null) known.delete(key);
            else known.set(key, value);
          if (known.size === 0) ofSort.delete(feed);
        }
    },
    clear: () => facts.clear(),
  };
}

function entryOf<Value>(map: Map<string, Value>, key: string, create: () => Value): Value {
  const known = map.get(key);
  if (known !== undefined) return known;
  const created = create();
  map.set(key, created);
  return created;
}
