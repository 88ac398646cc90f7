/** How long to wait before the next try. Pure: the random number and the relay's `Retry-After` are arguments. */
import { limits } from '#contract/limits.ts';

/** Ms before try `failures + 1`: random, below a ceiling that doubles with every failure up to a minute, and never less than the relay's `Retry-After`. */
export function backoffMs(failures: number, retryAfterMs = 0, random: () => number = Math.random): number {
  const ceiling = Math.min(limits.backoffMsMax, limits.backoffMsBase * 2 ** Math.min(failures, 30));
  return Math.max(retryAfterMs, Math.round(random() * ceiling));
}

/** `Retry-After` in ms: seconds or an HTTP date (counted from `nowMs`), at most an hour; 0 for anything else. */
export function retryAfterMs(header: string | undefined, nowMs: number): number {
  if (header === undefined) return 0;
  const ms = /^\d{1,9}$/.test(header) ? Number(header) * 1000 : Date.parse(header) - nowMs;
  return Number.isFinite(ms) ? Math.min(Math.max(ms, 0), 3_600_000) : 0;
}
