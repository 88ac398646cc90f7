/** Waiting without losing a wake-up: registered first, then the caller reads, then it waits. */

export interface Waiter extends Disposable {
  /** Resolves at the first wake-up since the last wait, after `waitMs`, or when `signal` aborts; says whether it was woken. */
  wait(waitMs: number, signal: AbortSignal): Promise<boolean>;
}

/** Opens a waiter; `register` passes `wake` on to all that may wake it and returns what ends that. */
export function openWaiter(register: (wake: () => void) => readonly Disposable[]): Waiter {
  let isWoken = false;
  let release = (): void => undefined;
  const registered = register(() => {
    isWoken = true;
    release();
  });
  return {
    wait: async (waitMs, signal) => {
      if (!isWoken && !signal.aborted && waitMs > 0) {
        const { promise, resolve } = Promise.withResolvers<void>();
        const timer = setTimeout(resolve, waitMs);
        const abort = () => resolve();
        signal.addEventListener('abort', abort);
        release = resolve;
        await promise;
        clearTimeout(timer);
        signal.removeEventListener('abort', abort);
      }
      const was = isWoken;
      isWoken = false;
      return was;
    },
    [Symbol.dispose]: () => {
      for (const one of registered) one[Symbol.dispose]();
      release();
    },
  };
}
