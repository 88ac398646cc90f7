/** One look at the disk for all who wait for the same approval, so that all hear the same, though the first of them has its file removed. */
import { join } from 'node:path';
import { type ApprovalNow, waitForDecision } from '../approvals/wait.ts';

interface Shared {
  readonly decision: Promise<ApprovalNow>;
  readonly stop: AbortController;
  users: number;
}

/** Waits as `waitForDecision` does. */
export function createSharedWaits(): typeof waitForDecision {
  const shared = new Map<string, Shared>();
  return async (root, path, signal) => {
    const key = join(root, path);
    const wait = shared.get(key) ?? begin(root, path);
    shared.set(key, wait);
    wait.users += 1;
    const aborted = Promise.withResolvers<undefined>();
    const abort = () => aborted.resolve(undefined);
    signal.addEventListener('abort', abort, { once: true });
    if (signal.aborted) abort();
    try {
      return (await Promise.race([wait.decision, aborted.promise])) ?? (await waitForDecision(root, path, signal));
    } finally {
      signal.removeEventListener('abort', abort);
      wait.users -= 1;
      if (wait.users === 0 && shared.get(key) === wait) shared.delete(key);
      if (wait.users === 0) wait.stop.abort();
    }
  };
}

function begin(root: string, path: string): Shared {
  const stop = new AbortController();
  return { decision: waitForDecision(root, path, stop.signal), stop, users: 0 };
}
