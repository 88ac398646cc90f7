/** Runs several loops of one state in parallel. */

/** Runs loops in parallel. When one throws or `signal` aborts, all end. Throws the first error. */
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
