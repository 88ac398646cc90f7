/** Optimistic writing: read, decide, commit, and again from the start where somebody else was quicker. */
import { Problem } from '#contract/problems.ts';
import type { Commit, Store } from '../store/store.ts';

/** More failures in a row than this are not contention. */
const ATTEMPTS_MAX = 100;

/** What an attempt decided: the result, and what to write for it; nothing where `commit` is absent. */
export interface Decision<Result> {
  readonly result: Result;
  readonly commit?: Commit;
}

/** Repeats `decide` until its commit is made or it wants none; resolves to its result. Throws what `decide` throws, and Problem `store-away`. */
export async function untilDone<Result>(
  store: Store,
  shard: string,
  decide: () => Promise<Decision<Result>>,
): Promise<Result> {
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
    const { result, commit } = await decide();
    if (commit === undefined) return result;
    if ((await store.commit(shard, commit)).done) return result;
  }
  throw new Problem('store-away', 'Too many writers at once');
}
