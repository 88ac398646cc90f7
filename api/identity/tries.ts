/** What may be tried so often in a time, counted by all processes together: codes and passwords, which somebody might guess. */
import { Problem } from '#contract/problems.ts';
import type { Store } from '../store/store.ts';

/** Counts one try under `name`; throws `too-many-requests` once there were `most` within `withinMs`. */
export async function countTry(store: Store, name: string, most: number, withinMs: number): Promise<void> {
  for (;;) {
    const found = await store.ticket('global', triesTicket(name));
    const tries = Number(found?.value ?? 0);
    const leftMs = found === undefined ? withinMs : found.expiresAt - store.now();
    if (tries >= most)
      throw new Problem('too-many-requests', undefined, { retryAfterSeconds: Math.max(1, Math.ceil(leftMs / 1000)) });
    const { done } = await store.commit('global', {
      expect: [{ ticket: triesTicket(name), value: found?.value ?? null }],
      tickets: [{ name: triesTicket(name), value: String(tries + 1), ttlMs: Math.max(1, leftMs) }],
    });
    if (done) return;
  }
}

/** Begins to count anew: it was the right one. */
export async function forgetTries(store: Store, name: string): Promise<void> {
  await store.commit('global', { tickets: [{ name: triesTicket(name), value: null }] });
}

function triesTicket(name: string): string {
  return `tries/${name}`;
}
