/** Rate limits of this process: for all requests of a key, a session or (without either) an address; and for wrong keys, tokens and passwords of an address. */
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { limits } from '#contract/limits.ts';
import { Problem } from '#contract/problems.ts';
import type { Context } from './context.ts';
import { networkOf } from './network.ts';

const windowSeconds = 60;

export interface RequestLimit {
  /** Counts a request, and sets the headers that say what is left (draft-ietf-httpapi-ratelimit-headers). Throws `too-many-requests`. */
  take(context: Context, who: string, isHeld: boolean): Promise<void>;
}

/** A limit of so many requests a minute. */
export function createRequestLimit(perMinute: number): RequestLimit {
  const limiter = new RateLimiterMemory({ points: perMinute, duration: windowSeconds });
  return {
    take: async (context, who, isHeld) => {
      const taken = await consume(limiter, who);
      const seconds = Math.ceil(taken.msBeforeNext / 1000);
      // A held request stores no headers until it is answered (ADR 10), unless it is refused now.
      if (!isHeld || taken.isRefused)
        context.set({
          'RateLimit-Policy': `"requests";q=${perMinute};w=${windowSeconds}`,
          RateLimit: `"requests";r=${taken.remainingPoints};t=${seconds}`,
        });
      if (taken.isRefused)
        throw new Problem('too-many-requests', `${perMinute} requests a minute are taken.`, {
          retryAfterSeconds: Math.max(1, seconds),
        });
    },
  };
}

export interface FailureLimit {
  /** Runs `attempt`. If it fails as a guess too often in a minute, throws `too-many-requests` instead. Only failures are refused, so guesses of others at the same address never lock out a valid key. */
  guard<Value>(address: string, attempt: () => Promise<Value>): Promise<Value>;
}

/** A limit of guesses by address. */
export function createFailureLimit(isGuess: (error: unknown) => boolean): FailureLimit {
  const limiter = new RateLimiterMemory({ points: limits.signInFailuresPerMinuteMax, duration: windowSeconds });
  return {
    guard: async (address, attempt) => {
      try {
        return await attempt();
      } catch (cause) {
        if (!isGuess(cause)) throw cause;
        const taken = await consume(limiter, networkOf(address));
        if (!taken.isRefused) throw cause;
        const retryAfterSeconds = Math.max(1, Math.ceil(taken.msBeforeNext / 1000));
        throw new Problem('too-many-requests', undefined, { retryAfterSeconds }, cause);
      }
    },
  };
}

export interface NetworkLimit {
  /** Counts one for the address's network. Throws `too-many-requests`. */
  take(address: string): Promise<void>;
}

/** A limit of so many within a time for each network. */
export function createNetworkLimit(most: number, withinMs: number): NetworkLimit {
  const limiter = new RateLimiterMemory({ points: most, duration: withinMs / 1000 });
  return {
    take: async (address) => {
      const taken = await consume(limiter, networkOf(address));
      if (!taken.isRefused) return;
      const retryAfterSeconds = Math.max(1, Math.ceil(taken.msBeforeNext / 1000));
      throw new Problem('too-many-requests', `${most} are taken of one network.`, { retryAfterSeconds });
    },
  };
}

/** The library rejects with its result if nothing is left. */
async function consume(limiter: RateLimiterMemory, key: string) {
  const answer = await limiter.consume(key).catch((refused: unknown) => refused);
  if (!(answer instanceof RateLimiterRes)) throw answer;
  const { msBeforeNext, remainingPoints, consumedPoints } = answer;
  return { msBeforeNext, remainingPoints, isRefused: consumedPoints > limiter.points };
}
