/** When what has changed may leave: at once, together with what came while the last was under way. Only a storm is gathered. */
import { limits } from '#contract/limits.ts';

export interface Settle {
  /** Something happened at a path. */
  touch(path: string): void;
  /** Forgets what waits, for good. */
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
    // A storm that began in this turn of the loop takes with it what was about to leave.
    if (planned !== undefined && planned.gathers === gathers) return;
    planned?.cancel();
    planned = { gathers, cancel: gathers ? afterStorm(run) : afterTurn(run) };
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
  readonly cancel: () => void;
}

/** Counts the paths of the last moment: many of them are a checkout or a generator. */
function createStorm() {
  let paths = new Set<string>();
  let since = Number.NEGATIVE_INFINITY;
  return {
    count: (path: string) => {
      const now = performance.now();
      if (now - since > limits.stormWindowMs) {
        paths = new Set();
        since = now;
      }
      paths.add(path);
    },
    rages: () => paths.size > limits.stormPathsMax,
  };
}

function afterStorm(run: () => Promise<void>): () => void {
  const timer = setTimeout(run, limits.settleStormMs);
  return () => clearTimeout(timer);
}

/** What comes in one turn of the loop goes together. */
function afterTurn(run: () => Promise<void>): () => void {
  const immediate = setImmediate(run);
  return () => clearImmediate(immediate);
}
