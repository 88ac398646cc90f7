/** Pokes for whoever hears just now. */

/** `wake`: look now, what was open may be dead; `network`: it may be another one, try the ladder from the top; `follow`: other feeds are to be followed. */
export type Poke = 'wake' | 'network' | 'follow';

/** The running stream's ear for pokes. */
export interface Pokes {
  poke(poke: Poke): void;
  /** Called at each poke, until the returned function is. */
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
