/** Whether a relay can do its work: its store takes writes. A full disk still answers reads, so reading alone proves nothing. */
import type { Log } from './log.ts';
import { globalShard } from './store/shards.ts';
import type { Store } from './store/store.ts';

/** How long one answer of the store stands for all who ask, in ms: probes of strangers must not become writes without number. */
const STANDS_MS = 1000;

/** Builds a check that throws what the store throws when it is written to (Problem `store-away`), and logs why. */
export function createReadiness(store: Store, log: Log): () => Promise<void> {
  let checkedAt = Number.NEGATIVE_INFINITY;
  let checked: Promise<void> = Promise.resolve();
  return () => {
    if (performance.now() - checkedAt > STANDS_MS) {
      checkedAt = performance.now();
      checked = write(store);
      checked.catch((error: unknown) => log.error('not-ready', { error }));
    }
    return checked;
  };
}

async function write(store: Store): Promise<void> {
  await store.commit(globalShard, { tickets: [{ name: 'ready', value: '', ttlMs: STANDS_MS }] });
}
