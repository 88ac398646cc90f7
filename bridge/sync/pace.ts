/** How many changes go up in a second, as of the last moments. */

export interface Pace {
  /** So many were acknowledged just now. */
  count(changes: number): void;
  perSecond(): number;
}

/** What is older than this says little about now. */
const spanMs = 15_000;

/** A pace that begins now. */
export function createPace(clock: () => number = () => performance.now()): Pace {
  let since = clock();
  let batches: { readonly at: number; readonly changes: number }[] = [];
  return {
    count: (changes) => {
      const at = clock();
      batches.push({ at, changes });
      batches = batches.filter((batch) => batch.at >= at - spanMs);
      since = Math.max(since, at - spanMs);
    },
    perSecond: () => {
      const changes = batches.reduce((sum, batch) => sum + batch.changes, 0);
      return changes === 0 ? 0 : changes / Math.max(0.001, (clock() - since) / 1000);
    },
  };
}
