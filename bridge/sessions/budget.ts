/** What the channel of a terminal may send: a burst at once, and after it so many bytes a second. Nobody reads faster, and a phone's line carries no more. */
import { limits } from '#contract/limits.ts';

export interface Budget {
  /** Whether so many bytes may go now. */
  has(bytes: number): boolean;
  spend(bytes: number): void;
  /** ms until anything may go. */
  waitMs(): number;
}

export function createBudget(now: () => number): Budget {
  let at = now();
  let spent = 0;
  const spentNow = () => {
    // A clock that was set back gives nothing.
    spent = Math.max(0, spent - (Math.max(0, now() - at) * limits.outputBytesPerSecond) / 1000);
    at = now();
    return spent;
  };
  return {
    has: (bytes) => spentNow() + bytes <= limits.outputBurstBytes,
    spend: (bytes) => {
      spent = spentNow() + bytes;
    },
    waitMs: () => Math.max(0, ((spentNow() - limits.outputBurstBytes) / limits.outputBytesPerSecond) * 1000),
  };
}
