/** Checks whether the relay's store accepts writes. With a full disk reads still work, so a read is not enough. */
import type { Log } from './log.ts';
import { globalShard } from './store/shards.ts';
import type { Store } from './store/store.ts';

/** Ms for which one check counts for all probes, so that strangers cannot cause many writes. */
const STANDS_MS = 1000;

/** Builds a check that writes to the store. It throws the store's error (Problem `store-away`), and logs why. */
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
