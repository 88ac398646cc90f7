/** What was looked up a moment ago: saves ways to the store, and is forgotten as a whole where anything may have ended. */

export interface Known<Value> {
  /** The value of a name, looked up again where it is older than its time; who asks at once shares one look. */
  get(name: string, look: () => Promise<Value>): Promise<Value>;
  forget(): void;
}

/** More names than this are forgotten together, so that nobody can fill the memory. */
const NAMES_MAX = 10_000;

/** Remembers values for `ms`; `now` in ms. A look that fails is not remembered. */
export function createKnown<Value>(ms: number, now: () => number): Known<Value> {
  const values = new Map<string, { readonly at: number; readonly value: Promise<Value> }>();
  return {
    get: (name, look) => {
      const found = values.get(name);
      // Either way: a clock may be set back.
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
