/** Decides when changes are looked at: at once, together with those that came during the last look. Only in a storm are they gathered. */
import { limits } from '#contract/limits.ts';

export interface Settle {
  /** Something happened at a path. */
  touch(path: string): void;
  /** Stops, and drops waiting paths. */
  stop(): void;
}

/** Collects touched paths and hands them to `flush`, one call at a time. */
export function createSettle(flush: (paths: ReadonlySet<string>) => Promise<unknown>): Settle {
  const storm = createStorm();
  let waiting = new Set<string>();
  let planned: Planned | undefined;
  let busy = false;
  let stopped = false;

  const run = async () => {
    planned = undefined;
    const paths = waiting;
    waiting = new Set();
    busy = true;
    try {
      await flush(paths);
    } finally {
      busy = false;
    }
    plan();
  };
  const plan = () => {
    if (stopped || busy || waiting.size === 0) return;
    const gathers = storm.rages();
    if (planned !== undefined && !gathers) return;
    const since = planned?.since ?? performance.now();
    if (planned?.gathers && performance.now() - since > limits.gatherStormMsMax) return;
    // If a storm begins in this turn of the event loop, the waiting paths are gathered too.
    planned?.cancel();
    planned = { gathers, since, cancel: gathers ? afterStorm(run) : afterTurn(run) };
  };
  return {
    touch: (path) => {
      waiting.add(path);
      storm.count(path);
      plan();
    },
    stop: () => {
      stopped = true;
      planned?.cancel();
    },
  };
}

interface Planned {
  readonly gathers: boolean;
  /** When the first of its paths was planned. */
  readonly since: number;
  readonly cancel: () => void;
}

/** Counts the paths of the last moment. Many of them come from a checkout or a generator, which goes on a while longer. */
function createStorm() {
  let paths = new Set<string>();
  let since = Number.NEGATIVE_INFINITY;
  let ragedAt = Number.NEGATIVE_INFINITY;
  return {
    count: (path: string) => {
      const now = performance.now();
      if (now - since > limits.stormWindowMs) {
        paths = new Set();
        since = now;
      }
      paths.add(path);
      if (paths.size > limits.stormPathsMax) ragedAt = now;
    },
    rages: () => performance.now() - ragedAt < limits.settleStormMs,
  };
}

function afterStorm(run: () => Promise<void>): () => void {
  const timer = setTimeout(run, limits.settleStormMs);
  return () => clearTimeout(timer);
}

/** Runs after this turn of the event loop, so that its paths go together. */
function afterTurn(run: () => Promise<void>): () => void {
  const immediate = setImmediate(run);
  return () => clearImmediate(immediate);
}
