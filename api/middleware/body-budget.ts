/** Bytes of bodies that this process holds: what is on its way, and what is being answered. Known callers and strangers have budgets of their own, shared fairly. */
import { limits } from '#contract/limits.ts';
import { Problem } from '#contract/problems.ts';
import type { Caller } from '../identity/caller.ts';

/** What one request holds; all of it is given back when it is disposed of. */
export interface BodyShare extends Disposable {
  /** Counts bytes before they are kept. Throws `too-many-bytes`. */
  take(bytes: number): void;
}

export interface BodyBudget {
  /** A share for one request: of its caller, or of the network that a stranger asks from. */
  open(caller: Caller | undefined, network: string): BodyShare;
}

interface Pool {
  readonly most: number;
  readonly mostEach: number;
  readonly held: Map<string, number>;
  total: number;
}

/** An empty budget; `count` hears of every change, in bytes. */
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

/** A person's keys and sessions share one budget: a further key is no further budget. */
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
