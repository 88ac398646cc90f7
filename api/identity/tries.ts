/** What may be tried so often in a time, counted by all processes together: codes and passwords, which somebody might guess. */
import { Problem } from '#contract/problems.ts';
import { globalShard } from '../store/shards.ts';
import type { Commit, Store } from '../store/store.ts';
import { untilDone } from '../store/until-done.ts';

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
  const found = await store.ticket(globalShard, triesTicket(name));
  return found === undefined
    ? { count: 0, leftMs: 0 }
    : { count: Number(found.value), leftMs: found.expiresAt - store.now() };
}

/** Throws `too-many-requests` where there were `most`. */
export function checkTries({ count, leftMs }: Tries, most: number): void {
  if (count < most) return;
  throw new Problem('too-many-requests', undefined, { retryAfterSeconds: Math.max(1, Math.ceil(leftMs / 1000)) });
}

/** Counts one try less: it was the right one. */
export async function takeBackTry(store: Store, name: string): Promise<void> {
  await untilDone(store, globalShard, async () => {
    const tries = await triesOf(store, name);
    if (tries.count === 0) return { result: undefined };
    return { result: undefined, commit: changed(name, tries, tries.count - 1, tries.leftMs) };
  });
}

/** Of many at once each waits for its turn, so that a hundred cost a hundred commits. */
async function count(store: Store, name: string, withinMs: number, check: (tries: Tries) => void): Promise<number> {
  return await untilDone(store, globalShard, async () => {
    const tries = await triesOf(store, name);
    check(tries);
    const ttlMs = tries.count === 0 ? withinMs : tries.leftMs;
    return { result: tries.count + 1, commit: changed(name, tries, tries.count + 1, ttlMs) };
  });
}

/** The commit that changes a count, unless somebody else counted meanwhile. */
function changed(name: string, before: Tries, after: number, ttlMs: number): Commit {
  const ticket = triesTicket(name);
  const value = after === 0 ? null : String(after);
  return {
    expect: [{ ticket, value: before.count === 0 ? null : String(before.count) }],
    tickets: [value === null ? { name: ticket, value } : { name: ticket, value, ttlMs: Math.max(1, ttlMs) }],
  };
}

function triesTicket(name: string): string {
  return `tries/${name}`;
}
