/** Who waits for which signal in this process; an engine that spans processes feeds it from its subscription. */
import type { Store } from './store.ts';

export interface Listeners {
  readonly listen: Store['listen'];
  /** Calls the listeners of a name, those of this moment. */
  wake(shard: string, name: string): void;
}

/** Makes an empty set of listeners. */
export function createListeners(): Listeners {
  const byName = new Map<string, Set<() => void>>();
  return {
    listen: (shard, name, listener) => {
      const key = `${shard}\n${name}`;
      const listeners = byName.get(key) ?? new Set();
      byName.set(key, listeners);
      const own = () => listener();
      listeners.add(own);
      return {
        [Symbol.dispose]: () => {
          listeners.delete(own);
          if (listeners.size === 0 && byName.get(key) === listeners) byName.delete(key);
        },
      };
    },
    wake: (shard, name) => {
      for (const listener of [...(byName.get(`${shard}\n${name}`) ?? [])]) listener();
    },
  };
}
