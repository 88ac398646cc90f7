/** Held requests: polls, waiting requests and streams. Limits their number per person, machine and organisation, over all keys and sessions, and ends them early when the reader leaves, the key is revoked, or the relay stops. */
import type { ServerResponse } from 'node:http';
import { limits } from '#contract/limits.ts';
import { Problem } from '#contract/problems.ts';
import type { Caller } from '../identity/caller.ts';
import type { Log } from '../log.ts';

/** One held request. If `signal` aborts with a Problem, the reader gets that problem. Otherwise the reader has left, or the relay stops and answers with what it has. */
export interface Hold extends Disposable {
  readonly signal: AbortSignal;
}

export interface HeldRequests extends AsyncDisposable {
  /** Counts a request; throws `too-many-held`, or `shutting-down` once the relay stops. */
  hold(caller: Caller, response: ServerResponse, what: HeldKind): Hold;
  /** Ends all of them; later ones are refused. */
  stop(): void;
  readonly isStopping: boolean;
}

/** A stream of events, or any other held request: a poll, a wait for a command. */
export type HeldKind = 'stream' | 'wait';

interface Held {
  readonly caller: Caller;
  readonly requests: Set<AbortController>;
}

/** Why a hold ended without a problem. */
export type HoldEnd = 'left' | 'stopping';

/** Checks the credentials of held requests every `everyMs`. A person may have `perPerson` streams. */
export function startHeldRequests(
  recheck: (caller: Caller) => Promise<void>,
  log: Log,
  { everyMs = limits.revocationCheckMs, perPerson = limits.streamsPerPersonMax as number } = {},
): HeldRequests {
  const held = new Map<string, Held>();
  const counts = new Map<string, number>();
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
    hold: (caller, response, what) => {
      if (stopping) throw new Problem('shutting-down');
      const counted = take(counts, sharesOf(caller, what, perPerson));
      const hold = addHold(held, caller, response);
      return {
        signal: hold.signal,
        [Symbol.dispose]: () => {
          counted[Symbol.dispose]();
          hold[Symbol.dispose]();
        },
      };
    },
    stop,
    [Symbol.asyncDispose]: async () => {
      clearInterval(timer);
      stop();
    },
  };
}

/** A share, of which a held request takes one unit. */
interface Share {
  readonly name: string;
  readonly most: number;
  /** Owner of the share, for the message of a refusal. */
  readonly whose: string;
}

/** A person may have more waiting requests than streams, because each tap and each run of a script may wait, and a wait costs little. An organisation has room for many people who use all of their streams. Machines are counted separately. */
function sharesOf(caller: Caller, what: HeldKind, perPerson: number): readonly Share[] {
  const { organisation } = caller;
  if (caller.kind === 'machine') return [{ name: `m/${caller.machine}`, most: perPerson, whose: 'This machine' }];
  const isStream = what === 'stream';
  const most = isStream ? perPerson : limits.waitsPerStream * perPerson;
  const ofAll = limits.heldSharesPerOrganisation * (isStream ? 1 : 2) * perPerson;
  return [
    { name: `${what}/p/${organisation}/${caller.person}`, most, whose: 'You, by all keys and sessions together,' },
    { name: `${what}/o/${organisation}`, most: ofAll, whose: 'Your organisation' },
  ];
}

/** Takes one unit of each share, or none. Throws Problem `too-many-held`. */
function take(counts: Map<string, number>, shares: readonly Share[]): Disposable {
  const full = shares.find(({ name, most }) => (counts.get(name) ?? 0) >= most);
  if (full !== undefined)
    throw new Problem('too-many-held', `${full.whose} may have ${full.most} of these open at a time.`, {
      limit: full.most,
    });
  for (const { name } of shares) counts.set(name, (counts.get(name) ?? 0) + 1);
  return {
    [Symbol.dispose]: () => {
      for (const { name } of shares) {
        const left = (counts.get(name) ?? 1) - 1;
        if (left === 0) counts.delete(name);
        else counts.set(name, left);
      }
    },
  };
}

function addHold(held: Map<string, Held>, caller: Caller, response: ServerResponse): Hold {
  const { hash } = caller.credential;
  const of = held.get(hash) ?? { caller, requests: new Set() };
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

/** If the store is away, no key counts as revoked. */
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
