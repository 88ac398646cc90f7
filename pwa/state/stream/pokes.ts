/** Signals ("pokes") to the running stream. */

/** `wake`: check now, because an open connection may be dead. `network`: the network may be another one, so start at the top of the ladder. `follow`: the set of feeds has changed. */
export type Poke = 'wake' | 'network' | 'follow';

/** The running stream's side. */
export interface Pokes {
  poke(poke: Poke): void;
  /** Calls `listener` at each poke, until the returned function is called. */
  listen(heard: (poke: Poke) => void): () => void;
}

/** Passes pokes on. */
export function createPokes(): Pokes {
  const listeners = new Set<(poke: Poke) => void>();
  return {
    poke: (poke) => {
      for (const listener of listeners) listener(poke);
    },
    listen(heard) {
      listeners.add(heard);
      return () => listeners.delete(heard);
    },
  };
}
