/** Optimistic writing: read, decide, commit, and start again if another writer was faster. */
import { Problem } from '#contract/problems.ts';
import type { Commit, Store } from './store.ts';

/** After this many failures in a row, the cause is not contention but a defect. */
const ATTEMPTS_MAX = 100;

/** The decision of an attempt: the result, and what to write for it. Without `commit`, nothing is written. */
export interface Decision<Result> {
  readonly result: Result;
  readonly commit?: Commit;
}

type Decide<Result> = () => Promise<Decision<Result>>;

/**
 * Repeats `decide` until its commit succeeds or it returns none. Resolves to its result. `decide` must not itself wait for
 * another `untilDone` of the shard. Throws what `decide` throws, and Problem `store-away`.
 */
export async function untilDone<Result>(store: Store, shard: string, decide: Decide<Result>): Promise<Result> {
  const done = await attempt(store, shard, decide);
  return done === undefined ? inTurn(store, shard, () => insist(store, shard, decide)) : done.result;
}

async function attempt<Result>(
  store: Store,
  shard: string,
  decide: Decide<Result>,
): Promise<Decision<Result> | undefined> {
  const decision = await decide();
  if (decision.commit === undefined) return decision;
  return (await store.commit(shard, decision.commit)).done ? decision : undefined;
}

async function insist<Result>(store: Store, shard: string, decide: Decide<Result>): Promise<Result> {
  for (let failures = 0; failures < ATTEMPTS_MAX; failures++) {
    const done = await attempt(store, shard, decide);
    if (done !== undefined) return done.result;
  }
  throw new Problem('store-away', 'Too many writers at once');
}

const queues = new WeakMap<Store, Map<string, Promise<unknown>>>();

/** Writers of this process that collided wait for each other, so that a thousand at once cost a thousand attempts and not half a million. */
async function inTurn<Result>(store: Store, shard: string, work: () => Promise<Result>): Promise<Result> {
  const byShard = queues.get(store) ?? new Map<string, Promise<unknown>>();
  queues.set(store, byShard);
  const before = byShard.get(shard) ?? Promise.resolve();
  const own = before.then(work, work);
  byShard.set(shard, own);
  try {
    return await own;
  } finally {
    if (byShard.get(shard) === own) byShard.delete(shard);
  }
}
