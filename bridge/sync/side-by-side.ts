/** Several loops of one state at once. */

/** Runs loops side by side; when one throws or `signal` aborts, all end, and what the first threw is thrown. */
export async function untilFirstEnds(
  signal: AbortSignal,
  loops: readonly ((signal: AbortSignal) => Promise<void>)[],
): Promise<void> {
  const controller = new AbortController();
  const stop = () => controller.abort(signal.reason);
  if (signal.aborted) stop();
  signal.addEventListener('abort', stop, { once: true });
  const running = loops.map((loop) => loop(controller.signal));
  try {
    await Promise.race(running);
  } finally {
    controller.abort();
    signal.removeEventListener('abort', stop);
    await Promise.allSettled(running);
  }
}
