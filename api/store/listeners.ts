/** Who waits for which signal in this process; an engine that spans processes feeds it from its subscription. */
import type { Store } from './store.ts';

export interface Listeners {
  readonly listen: Store['listen'];
  /** Calls the listeners of a name, those of this moment. */
  wake(shard: string, name: string): void;
  /** Calls all listeners of a shard: a signal of theirs may have been missed. */
  wakeShard(shard: string): void;
  /** Shards that anybody listens to. */
  shards(): readonly string[];
}

/** Makes an empty set of listeners. */
export function createListeners(): Listeners {
  const byShard = new Map<string, Map<string, Set<() => void>>>();
  const call = (listeners: Iterable<() => void>) => {
    for (const listener of [...listeners]) listener();
  };
  return {
    listen: (shard, name, listener) => {
      const byName = byShard.get(shard) ?? new Map<string, Set<() => void>>();
      byShard.set(shard, byName);
      const listeners = byName.get(name) ?? new Set();
      byName.set(name, listeners);
      const own = () => listener();
      listeners.add(own);
      return {
        [Symbol.dispose]: () => {
          listeners.delete(own);
          if (listeners.size === 0 && byName.get(name) === listeners) byName.delete(name);
          if (byName.size === 0 && byShard.get(shard) === byName) byShard.delete(shard);
        },
      };
    },
    wake: (shard, name) => call(byShard.get(shard)?.get(name) ?? []),
    wakeShard: (shard) => call([...(byShard.get(shard)?.values() ?? [])].flatMap((listeners) => [...listeners])),
    shards: () => [...byShard.keys()],
  };
}
