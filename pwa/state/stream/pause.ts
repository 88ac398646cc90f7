/** Waiting that can be cut short, or that ends with the next frame. */

/** Resolves after `ms`, or as soon as `signal` aborts. Never rejects. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const end = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal.addEventListener('abort', end);
  });
}

/** Runs with a controller that ends with `signal` too. (`AbortSignal.any` on a long-lived signal leaks.) */
export async function withInner<Value>(
  signal: AbortSignal,
  run: (inner: AbortController) => Promise<Value>,
): Promise<Value> {
  const inner = new AbortController();
  const end = () => inner.abort(signal.reason);
  if (signal.aborted) end();
  signal.addEventListener('abort', end);
  try {
    return await run(inner);
  } finally {
    signal.removeEventListener('abort', end);
  }
}

/** Runs before the next frame is drawn, or after `ms` if none is drawn (a hidden page). */
export function nextFrame(run: () => void, ms: number): void {
  let ran = false;
  const once = () => {
    if (!ran) run();
    ran = true;
  };
  setTimeout(once, ms);
  globalThis.requestAnimationFrame?.(once);
}
