/** A short-lived cache of lookups, which is cleared as a whole when anything may have ended. */

export interface Known<Value> {
  /** The value of a name, looked up again if it is too old. Simultaneous callers share one lookup. */
  get(name: string, look: () => Promise<Value>): Promise<Value>;
  forget(): void;
}

/** With more names than this, the cache is cleared, so that nobody can fill the memory. */
const NAMES_MAX = 10_000;

/** Caches values for `ms`; `now` in ms. Failed lookups are not cached. */
export function createKnown<Value>(ms: number, now: () => number): Known<Value> {
  const values = new Map<string, { readonly at: number; readonly value: Promise<Value> }>();
  return {
    get: (name, look) => {
      const found = values.get(name);
      // In both directions, because a clock may be set back.
      if (found !== undefined && Math.abs(now() - found.at) < ms) return found.value;
      if (values.size >= NAMES_MAX) values.clear();
      const value = look();
      values.set(name, { at: now(), value });
      value.catch(() => values.delete(name));
      return value;
    },
    forget: () => values.clear(),
  };
}
