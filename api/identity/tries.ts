/** What may be tried so often in a time, counted by all processes together: codes and passwords, which somebody might guess. */
import { Problem } from '#contract/problems.ts';
import type { Store } from '../store/store.ts';

/** Tries so far, and for how long they count. */
export interface Tries {
  readonly count: number;
  readonly leftMs: number;
}

/** Counts one try under `name`; throws `too-many-requests` once there were `most` within `withinMs`. */
export async function countTry(store: Store, name: string, most: number, withinMs: number): Promise<void> {
  await count(store, name, withinMs, (tries) => checkTries(tries, most));
}

/** Counts one try under `name`, however many there were; resolves to how many there are with it. */
export async function addTry(store: Store, name: string, withinMs: number): Promise<number> {
  return await count(store, name, withinMs, () => {});
}

/** Tries so far under `name`. */
export async function triesOf(store: Store, name: string): Promise<Tries> {
  const found = await store.ticket('global', triesTicket(name));
  return found === undefined
    ? { count: 0, leftMs: 0 }
    : { count: Number(found.value), leftMs: found.expiresAt - store.now() };
}

/** Throws `too-many-requests` where there were `most`. */
export function checkTries({ count, leftMs }: Tries, most: number): void {
  if (count < most) return;
  throw new Problem('too-many-requests', undefined, { retryAfterSeconds: Math.max(1, Math.ceil(leftMs / 1000)) });
}

/** Begins to count anew: it was the right one. */
export async function forgetTries(store: Store, name: string): Promise<void> {
  await store.commit('global', { tickets: [{ name: triesTicket(name), value: null }] });
}

async function count(store: Store, name: string, withinMs: number, check: (tries: Tries) => void): Promise<number> {
  for (;;) {
    const tries = await triesOf(store, name);
    check(tries);
    const value = String(tries.count + 1);
    const ttlMs = tries.count === 0 ? withinMs : Math.max(1, tries.leftMs);
    const { done } = await store.commit('global', {
      expect: [{ ticket: triesTicket(name), value: tries.count === 0 ? null : String(tries.count) }],
      tickets: [{ name: triesTicket(name), value, ttlMs }],
    });
    if (done) return tries.count + 1;
  }
}

function triesTicket(name: string): string {
  return `tries/${name}`;
}
