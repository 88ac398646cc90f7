/** Guessing of keys and tokens is slowed down by address. Whoever has a good key is never locked out by a neighbour's guesses: only failures are refused. */
import { isIPv6 } from 'node:net';
import { limits } from '#contract/limits.ts';
import { Problem } from '#contract/problems.ts';

export interface FailureLimit {
  /** Runs `attempt`; where it fails as a guess once too often in a minute, throws `too-many-requests` instead. */
  guard<Value>(address: string, attempt: () => Promise<Value>): Promise<Value>;
}

const windowMs = 60_000;
/** Addresses that are remembered at most: a flood of addresses costs 1 MB, not all memory. */
const addressesMax = 10_000;

/** A limit in this process's memory. */
export function createFailureLimit(isGuess: (error: unknown) => boolean, now: () => number = Date.now): FailureLimit {
  const windows = new Map<string, { readonly endsAt: number; failures: number }>();
  const note = (address: string): number => {
    const key = networkOf(address);
    const known = windows.get(key);
    const window = known !== undefined && known.endsAt > now() ? known : { endsAt: now() + windowMs, failures: 0 };
    window.failures += 1;
    windows.delete(key);
    windows.set(key, window);
    const [oldest] = windows.keys();
    if (windows.size > addressesMax && oldest !== undefined) windows.delete(oldest);
    return window.failures > limits.signInFailuresPerMinuteMax ? Math.ceil((window.endsAt - now()) / 1000) : 0;
  };
  return {
    guard: async (address, attempt) => {
      try {
        return await attempt();
      } catch (cause) {
        const retryAfterSeconds = isGuess(cause) ? note(address) : 0;
        if (retryAfterSeconds === 0) throw cause;
        throw new Problem('too-many-requests', undefined, { retryAfterSeconds }, cause);
      }
    },
  };
}

/** One subscriber has a whole /64 of IPv6 addresses. */
function networkOf(address: string): string {
  return isIPv6(address) && !address.startsWith('::ffff:') ? address.split(':').slice(0, 4).join(':') : address;
}
