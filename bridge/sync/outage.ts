/** Waits for a relay that cannot be reached. If nothing accepts connections, its port is tried every 2 s for 5 minutes, and behind a gateway that is there itself, or that accepts and closes, whether the relay answers: so a bridge is back within seconds after its relay. Other failures back off. */
import { setTimeout as delay } from 'node:timers/promises';
import { limits } from '#contract/limits.ts';
import { backoffMs } from '../net/backoff.ts';
import type { Client } from '../net/client.ts';
import { Interruption } from '../net/interruption.ts';

/** What the next try waits for: `ms` of backoff, or the relay, for which is looked every `ms`. */
export interface NextTry {
  readonly ms: number;
  readonly looks: boolean;
  /** Something accepts connections and closes them: the backoff is over once a relay answers that did not before. */
  readonly isCut: boolean;
}

export interface Outage {
  /** What to wait for after this many failures of one call. */
  next(interruption: Interruption, failures: number): NextTry;
  /** Waits for that; rejects when `signal` aborts. */
  wait(next: NextTry, signal: AbortSignal): Promise<void>;
  /** The relay was heard. */
  over(): void;
}

/** A gateway may fail once in a while: so often its failures are backed off from. */
const GATEWAY_FAILURES = 2;

/** All loops of a link share one look. */
export function createOutage({ knock, call }: Pick<Client, 'knock' | 'call'>): Outage {
  let began: number | undefined;
  let upcoming: Promise<boolean> | undefined;
  let isBehind = false;
  const isLooking = () => began !== undefined && performance.now() - began < limits.lookForRelayMs;
  const look = async () => {
    await delay(limits.lookEveryMs * (0.75 + 0.5 * Math.random()), undefined, { ref: false });
    return isBehind ? await answersHello(call) : ((await knock?.()) ?? true);
  };
  const nextLook = () => {
    upcoming ??= look().finally(() => {
      upcoming = undefined;
    });
    return upcoming;
  };
  return {
    next: ({ breakage, isAwayBehind, retryAfterMs }, failures) => {
      began ??= performance.now();
      const isAgain = failures >= GATEWAY_FAILURES && retryAfterMs === 0;
      const [asks, isCut] = [isAwayBehind && isAgain, breakage === 'cut' && isAgain && isLooking()];
      if (asks || isCut || breakage === 'away') isBehind = asks || isCut;
      const looks = asks || (breakage === 'away' && knock !== undefined);
      if (looks && isLooking()) return { ms: limits.lookEveryMs, looks, isCut: false };
      const ms = backoffMs(failures, retryAfterMs);
      return { ms: isCut ? Math.min(ms, limits.cutBackoffMsMax) : ms, looks: false, isCut };
    },
    wait: async ({ ms, looks, isCut }, signal) => {
      if (isCut) return await waitOrBack(ms, nextLook, signal);
      if (!looks) return await delay(ms, undefined, { signal });
      while (isLooking()) if (await unlessAborted(nextLook(), signal)) return;
    },
    over: () => {
      began = undefined;
    },
  };
}

/** Waits for `ms`, or until a look finds what the one before did not. Where the first one finds it, one call alone fails, and the wait is as long as it is. */
async function waitOrBack(ms: number, nextLook: () => Promise<boolean>, signal: AbortSignal): Promise<void> {
  const back = new AbortController();
  const over = delay(ms, undefined, { signal: AbortSignal.any([signal, back.signal]) });
  const found = () => Promise.race([nextLook(), over]);
  try {
    if ((await found()) === false) while ((await found()) === false);
    else await over;
  } finally {
    over.catch(() => undefined);
    back.abort();
  }
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

/** Whether something else than a gateway answers. Nothing is sent but this question. */
async function answersHello(call: Client['call']): Promise<boolean> {
  try {
    await call('hello', { timeoutMs: limits.knockMs });
    return true;
  } catch (error) {
    return !(error instanceof Interruption) || (error.breakage === 'answered' && !error.isAwayBehind);
  }
}
