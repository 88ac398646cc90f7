/** A queue of entries for the machine's audit log. Each is retried until it is written, and nobody has to wait for it. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Act } from '#contract/audit.ts';
import { limits } from '#contract/limits.ts';
import { backoffMs } from '../net/backoff.ts';

export interface AuditQueue extends AsyncDisposable {
  /** Resolves to true when the entry is written, to false if this process will not write it. */
  enter(act: Act): Promise<boolean>;
}

export interface AuditQueueDeps {
  readonly write: (act: Act) => Promise<void>;
  /** Called once with the reason when the log cannot be written, and with undefined when it can be again. */
  readonly onTrouble: (error: Error | undefined) => void;
  readonly waitMs?: (failures: number) => number;
}

/** A queue of at most `auditWaitingMax` entries. */
export function createAuditQueue({ write, onTrouble, waitMs = backoffMs }: AuditQueueDeps): AuditQueue {
  const stopping = new AbortController();
  let last: Promise<unknown> = Promise.resolve();
  let waiting = 0;
  let failures = 0;
  const persist = async (act: Act): Promise<boolean> => {
    while (!stopping.signal.aborted) {
      try {
        await write(act);
        if (failures > 0) onTrouble(undefined);
        failures = 0;
        return true;
      } catch (error) {
        if (failures === 0) onTrouble(error instanceof Error ? error : new Error(String(error)));
        failures += 1;
        await delay(waitMs(failures), undefined, { signal: stopping.signal, ref: false }).catch(() => undefined);
      }
    }
    return false;
  };
  return {
    enter: (act) => {
      if (waiting >= limits.auditWaitingMax) return Promise.resolve(false);
      waiting += 1;
      const entered = last.then(() => persist(act)).finally(() => (waiting -= 1));
      last = entered;
      return entered;
    },
    [Symbol.asyncDispose]: async () => {
      // Still write the entries that can be written at once.
      if (failures > 0) stopping.abort();
      await Promise.race([last, delay(disposeMs, undefined, { ref: false })]);
      stopping.abort();
      await last;
    },
  };
}

const disposeMs = 500;
