/** The listeners of this process by signal. An engine for several processes also calls them for signals of other processes. */
import type { Appended, Commit, Committed, Store } from './store.ts';

export interface Listeners {
  readonly listen: Store['listen'];
  /** Calls the listeners for a commit of this process. */
  wakeOwn(shard: string, asked: Commit, committed: Committed): void;
  /** Calls the current listeners of a name. */
  wake(shard: string, name: string): void;
  /** Calls all listeners of a shard, because a signal may have been missed. */
  wakeShard(shard: string): void;
  /** Shards that have listeners. */
  shards(): readonly string[];
}

type Listener = Parameters<Store['listen']>[2];

/** Creates an empty set of listeners. */
export function createListeners(): Listeners {
  const byShard = new Map<string, Map<string, Set<Listener>>>();
  const call = (listeners: Iterable<Listener>, appended?: Appended) => {
    for (const listener of [...listeners]) listener(appended);
  };
  return {
    listen: (shard, name, listener) => {
      const byName = byShard.get(shard) ?? new Map<string, Set<Listener>>();
      byShard.set(shard, byName);
      const listeners = byName.get(name) ?? new Set();
      byName.set(name, listeners);
      const own: Listener = (appended) => listener(appended);
      listeners.add(own);
      return {
        [Symbol.dispose]: () => {
          listeners.delete(own);
          if (listeners.size === 0 && byName.get(name) === listeners) byName.delete(name);
          if (byName.size === 0 && byShard.get(shard) === byName) byShard.delete(shard);
        },
      };
    },
    wakeOwn: (shard, asked, committed) => {
      if (!committed.done) return;
      for (const name of asked.signal ?? [])
        call(byShard.get(shard)?.get(name) ?? [], appendedTo(name, asked, committed));
    },
    wake: (shard, name) => call(byShard.get(shard)?.get(name) ?? []),
    wakeShard: (shard) => call([...(byShard.get(shard)?.values() ?? [])].flatMap((listeners) => [...listeners])),
    shards: () => [...byShard.keys()],
  };
}

function appendedTo(
  name: string,
  { append = [] }: Commit,
  { now, appended }: Extract<Committed, { done: true }>,
): Appended | undefined {
  const generation = appended[append.findIndex(({ log }) => log === name)]?.generation;
  if (generation === undefined) return undefined;
  const entries = append.map(({ log, value }, index) => ({ log, value, at: now, ...appended[index] }));
  return {
    generation,
    entries: entries.filter(({ log }) => log === name).map(({ position = 0, at, value }) => ({ position, at, value })),
  };
}
