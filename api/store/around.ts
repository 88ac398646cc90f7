/** Wraps a store so that every call passes through one function, which translates the engine's errors or measures time. */
import type { Store } from './store.ts';

/** Makes one call of a store; `operation` is the name of its method. */
export type Around = (operation: string, call: () => Promise<unknown>) => Promise<unknown>;

/** The same store with `around` its asynchronous methods. */
export function storeWith(store: Store, around: Around): Store {
  return new Proxy(store, {
    get(target, name, receiver) {
      const member: unknown = Reflect.get(target, name, receiver);
      if (typeof member !== 'function' || typeof name !== 'string' || name === 'now' || name === 'listen')
        return member;
      return (...args: unknown[]) => around(name, () => member.apply(target, args));
    },
  });
}
