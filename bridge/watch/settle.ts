/** When what has changed may leave: at once after silence, else together with what follows. */
import { limits } from '#contract/limits.ts';

/** So many paths waiting at once are a storm (a checkout, a generator). */
const stormPathsMin = 20;

/** Ms to wait with the first of some changes: none if nothing left for a second, else the time to coalesce. Pure. */
export function settleDelayMs(silenceMs: number, waiting: number): number {
  if (silenceMs >= limits.settleSilenceMs) return 0;
  return waiting >= stormPathsMin ? limits.settleStormMs : limits.settleMs;
}

export interface Settle {
  /** Something happened at a path. */
  touch(path: string): void;
  /** Forgets what waits, for good. */
  stop(): void;
}

/**
 * Collects touched paths and hands them to `flush`, one call at a time. `flush` says whether anything left: what led to
 * nothing (the first half of an atomic rename, a temporary file) does not end the silence.
 */
export function createSettle(flush: (paths: ReadonlySet<string>) => Promise<boolean>): Settle {
  let waiting = new Set<string>();
  let leftAt = Number.NEGATIVE_INFINITY;
  let cancel: (() => void) | undefined;
  let lastCount = 0;
  let busy = false;
  let stopped = false;

  const run = async () => {
    cancel = undefined;
    if (busy || stopped || waiting.size === 0) return;
    const paths = waiting;
    waiting = new Set();
    lastCount = paths.size;
    busy = true;
    try {
      if (await flush(paths)) leftAt = performance.now();
    } finally {
      busy = false;
    }
    schedule();
  };
  const schedule = () => {
    if (stopped || busy || cancel !== undefined || waiting.size === 0) return;
    const delayMs = settleDelayMs(performance.now() - leftAt, Math.max(waiting.size, lastCount));
    cancel = after(delayMs, run);
  };
  return {
    touch: (path) => {
      waiting.add(path);
      schedule();
    },
    stop: () => {
      stopped = true;
      cancel?.();
    },
  };
}

/** Without a delay, at the end of this turn of the loop: what comes in one turn goes together. */
function after(delayMs: number, run: () => Promise<void>): () => void {
  if (delayMs === 0) {
    const immediate = setImmediate(run);
    return () => clearImmediate(immediate);
  }
  const timer = setTimeout(run, delayMs);
  return () => clearTimeout(timer);
}
