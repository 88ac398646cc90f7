/** Keeps a file in step with what is in memory, without a queue: what changes during a write is in the next one. */
import { setTimeout as delay } from 'node:timers/promises';

/** Writes the newest state, one write at a time, and rests for `restMs` before each next one. `done` waits for no rest. */
export function createNewestWrite(write: () => Promise<void>, onTrouble: (error: unknown) => void, restMs = 0) {
  const ending = new AbortController();
  let running: Promise<void> | undefined;
  let isOld = false;
  const run = async () => {
    while (isOld) {
      isOld = false;
      await write().catch(onTrouble);
      if (restMs > 0) await delay(restMs, undefined, { signal: ending.signal, ref: false }).catch(() => undefined);
    }
    running = undefined;
  };
  return {
    keep: () => {
      isOld = true;
      running ??= run();
    },
    /** What was to be written is; at the latest after a rest. */
    written: async () => await running,
    done: async () => {
      ending.abort();
      await running;
    },
  };
}
