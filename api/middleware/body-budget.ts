/** The memory for request bodies in progress in this process. Known callers and strangers have separate budgets, shared fairly. */
import { limits } from '#contract/limits.ts';
import { Problem } from '#contract/problems.ts';
import type { Caller } from '../identity/caller.ts';

/** The share of one request. Disposing of it returns all bytes. */
export interface BodyShare extends Disposable {
  /** Counts bytes before they are kept. Throws `too-many-bytes`. */
  take(bytes: number): void;
}

export interface BodyBudget {
  /** Opens the share of one request, counted for its caller, or for a stranger's network. */
  open(caller: Caller | undefined, network: string): BodyShare;
}

interface Pool {
  readonly most: number;
  readonly mostEach: number;
  readonly held: Map<string, number>;
  total: number;
}

/** An empty budget. Calls `count` with every change, in bytes. */
export function createBodyBudget(count: (bytes: number) => void): BodyBudget {
  const known = createPool(limits.bodyBytesMax, limits.bodyBytesPerCallerMax);
  const strangers = createPool(limits.bodyBytesOfStrangersMax, limits.bodyBytesPerNetworkMax);
  return {
    open: (caller, network) =>
      caller === undefined ? openShare(strangers, network, count) : openShare(known, nameOf(caller), count),
  };
}

function createPool(most: number, mostEach: number): Pool {
  return { most, mostEach, held: new Map(), total: 0 };
}

/** All keys and sessions of a person share one budget. */
function nameOf(caller: Caller): string {
  return caller.kind === 'machine' ? `machine ${caller.machine}` : `person ${caller.person} of ${caller.organisation}`;
}

function openShare(pool: Pool, who: string, count: (bytes: number) => void): BodyShare {
  let own = 0;
  const add = (bytes: number) => {
    own += bytes;
    pool.total += bytes;
    const left = (pool.held.get(who) ?? 0) + bytes;
    if (left > 0) pool.held.set(who, left);
    else pool.held.delete(who);
    count(bytes);
  };
  return {
    take: (bytes) => {
      if ((pool.held.get(who) ?? 0) + bytes > pool.mostEach) throw refusal(pool.mostEach);
      if (pool.total + bytes > pool.most) throw refusal(pool.most);
      add(bytes);
    },
    [Symbol.dispose]: () => {
      if (own > 0) add(-own);
    },
  };
}

function refusal(limit: number): Problem {
  return new Problem('too-many-bytes', undefined, { limit, retryAfterSeconds: 2 });
}
