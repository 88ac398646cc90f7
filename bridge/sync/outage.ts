/** Waits for a relay that cannot be reached. If nothing accepts connections, its port is tried every 2 s for 5 minutes, so that a bridge is back within seconds after its relay. Other failures back off. */
import { setTimeout as delay } from 'node:timers/promises';
import { limits } from '#contract/limits.ts';
import { backoffMs } from '../net/backoff.ts';
import type { Interruption } from '../net/interruption.ts';
import type { Knock } from '../net/knock.ts';

/** What the next try waits for: `ms` of backoff, or the port, which is tried every `ms`. */
export interface NextTry {
  readonly ms: number;
  readonly looks: boolean;
}

export interface Outage {
  /** What to wait for after this many failures of one call. */
  next(interruption: Interruption, failures: number): NextTry;
  /** Waits for that; rejects when `signal` aborts. */
  wait(next: NextTry, signal: AbortSignal): Promise<void>;
  /** The relay was heard. */
  over(): void;
}

/** `knock` is absent if there is a proxy. All loops of a link share one try. */
export function createOutage(knock: Knock | undefined): Outage {
  let began: number | undefined;
  let upcoming: Promise<boolean> | undefined;
  const isLooking = () => began !== undefined && performance.now() - began < limits.lookForRelayMs;
  const look = async () => {
    await delay(limits.lookEveryMs * (0.75 + 0.5 * Math.random()), undefined, { ref: false });
    return (await knock?.()) ?? true;
  };
  const nextLook = () => {
    upcoming ??= look().finally(() => {
      upcoming = undefined;
    });
    return upcoming;
  };
  return {
    next: ({ breakage, retryAfterMs }, failures) => {
      began ??= performance.now();
      if (breakage === 'away' && knock !== undefined && isLooking()) return { ms: limits.lookEveryMs, looks: true };
      return { ms: backoffMs(failures, retryAfterMs), looks: false };
    },
    wait: async ({ ms, looks }, signal) => {
      if (!looks) return await delay(ms, undefined, { signal });
      while (isLooking()) if (await unlessAborted(nextLook(), signal)) return;
    },
    over: () => {
      began = undefined;
    },
  };
}

async function unlessAborted<Value>(promise: Promise<Value>, signal: AbortSignal): Promise<Value> {
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const onAbort = () => reject(signal.reason);
  if (signal.aborted) onAbort();
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}
