/** Calls that a bridge leaves open until there is something for it. */
import { limits } from '#contract/limits.ts';
import type { Waiter } from '../waiter.ts';

/** Looks, and again whenever it is woken, until there is news, `holdMs` are over, or `signal` aborts. The waiter is registered before. */
export async function untilNews<Look extends { readonly isNews: boolean }>(
  waiter: Waiter,
  holdMs: number,
  signal: AbortSignal,
  look: (isFirst: boolean) => Promise<Look>,
): Promise<Look> {
  const deadline = performance.now() + holdMs;
  for (let isFirst = true; ; isFirst = false) {
    const found = await look(isFirst);
    const leftMs = deadline - performance.now();
    if (found.isNews || leftMs <= 0 || signal.aborted) return found;
    await waiter.wait(leftMs, signal);
  }
}

/** When the bridge comes back. Cut short by a relay that stops, it would meet nobody at once. */
export function nextCall(signal: AbortSignal): { readonly waitSeconds: number; readonly delayMs: number } {
  const delayMs = signal.aborted ? Math.round((0.1 + 0.9 * Math.random()) * limits.drainDelayMsMax) : 0;
  return { waitSeconds: limits.holdMs / 1000, delayMs };
}
