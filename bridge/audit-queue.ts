/** Entries on their way into the machine's audit log: one after the other, each tried until it is written, and nobody has to wait for them. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Act } from '#contract/audit.ts';
import { limits } from '#contract/limits.ts';
import { backoffMs } from './net/backoff.ts';

export interface AuditQueue extends AsyncDisposable {
  /** Resolves to true when the act is entered; to false where it will not be by this process. */
  enter(act: Act): Promise<boolean>;
}

export interface AuditQueueDeps {
  readonly write: (act: Act) => Promise<void>;
  /** Hears why the log cannot be written, once until it can be again; undefined when it can. */
  readonly onTrouble: (error: Error | undefined) => void;
  readonly waitMs?: (failures: number) => number;
}

/** A queue of at most `auditWaitingMax` acts before `write`. */
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
      // What can be written at once is written still.
      if (failures > 0) stopping.abort();
      await Promise.race([last, delay(disposeMs, undefined, { ref: false })]);
      stopping.abort();
      await last;
    },
  };
}

const disposeMs = 500;
