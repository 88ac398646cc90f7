/** What a bridge does once it has nothing to do. */
import { setTimeout as delay } from 'node:timers/promises';

/** Changes in a row are one piece of work. */
const quietMs = 5000;
/** One pass holds everything up for some tenths of a second. */
const everyMs = 600_000;

/** The answer is to be called whenever everything is uploaded. It gives back the memory that comparing and uploading took, which V8 itself would keep while nothing happens. An upload soon after one pass is followed by another pass later. Does nothing where Node was started without `--expose-gc`, as from a checkout. */
export function createRest(
  gc: typeof globalThis.gc = globalThis.gc,
  { afterMs, apartMs }: { readonly afterMs: number; readonly apartMs: number } = { afterMs: quietMs, apartMs: everyMs },
): () => void {
  let lastAt = Number.NEGATIVE_INFINITY;
  let isPlanned = false;
  return () => {
    if (gc === undefined || isPlanned) return;
    isPlanned = true;
    const waitMs = Math.max(afterMs, lastAt + apartMs - performance.now());
    void delay(waitMs, undefined, { ref: false }).then(() => {
      isPlanned = false;
      lastAt = performance.now();
      gc({ type: 'major', execution: 'sync', flavor: 'last-resort' });
    });
  };
}
