/** Held requests: polls, waits and streams. How many one key may have, and what ends them before their time: the reader leaves, the key is revoked, the relay stops. */
import type { ServerResponse } from 'node:http';
import { limits } from '#contract/limits.ts';
import { Problem } from '#contract/problems.ts';
import type { Caller } from '../identity/caller.ts';
import type { Log } from '../log.ts';

/** One held request. `signal` aborts early with a Problem where the reader is to hear why; otherwise it has left, or the relay stops and it gets what there is. */
export interface Hold extends Disposable {
  readonly signal: AbortSignal;
}

export interface HeldRequests extends AsyncDisposable {
  /** Counts a request; throws `too-many-held`, or `shutting-down` once the relay stops. */
  hold(caller: Caller, response: ServerResponse): Hold;
  /** Ends all of them; later ones are refused. */
  stop(): void;
  readonly isStopping: boolean;
}

interface Held {
  readonly caller: Caller;
  readonly requests: Set<AbortController>;
}

/** Why a hold ended when nothing is wrong with it. */
export type HoldEnd = 'left' | 'stopping';

/** Starts re-reading the credentials of held requests every `everyMs`. */
export function startHeldRequests(
  recheck: (caller: Caller) => Promise<void>,
  log: Log,
  everyMs: number = limits.revocationCheckMs,
): HeldRequests {
  const held = new Map<string, Held>();
  let stopping = false;
  const timer = setInterval(() => void recheckAll(held, recheck, log), everyMs);
  timer.unref();
  const stop = () => {
    stopping = true;
    for (const { requests } of held.values())
      for (const request of requests) request.abort('stopping' satisfies HoldEnd);
  };
  return {
    get isStopping() {
      return stopping;
    },
    hold: (caller, response) => {
      if (stopping) throw new Problem('shutting-down');
      return addHold(held, caller, response);
    },
    stop,
    [Symbol.asyncDispose]: async () => {
      clearInterval(timer);
      stop();
    },
  };
}

function addHold(held: Map<string, Held>, caller: Caller, response: ServerResponse): Hold {
  const { hash } = caller.credential;
  const of = held.get(hash) ?? { caller, requests: new Set() };
  if (of.requests.size >= limits.heldRequestsPerKeyMax) {
    throw new Problem('too-many-held', undefined, { limit: limits.heldRequestsPerKeyMax });
  }
  const request = new AbortController();
  of.requests.add(request);
  held.set(hash, of);
  const leave = () => request.abort('left' satisfies HoldEnd);
  response.once('close', leave);
  return {
    signal: request.signal,
    [Symbol.dispose]: () => {
      response.off('close', leave);
      of.requests.delete(request);
      if (of.requests.size === 0) held.delete(hash);
    },
  };
}

/** A store that is away revokes nobody. */
async function recheckAll(held: ReadonlyMap<string, Held>, recheck: (caller: Caller) => Promise<void>, log: Log) {
  for (const { caller, requests } of [...held.values()]) {
    try {
      await recheck(caller);
    } catch (error) {
      const ended = error instanceof Problem && (error.status === 401 || error.status === 403);
      if (!ended) log.warn('recheck-failed', { error });
      else for (const request of [...requests]) request.abort(error);
    }
  }
}
