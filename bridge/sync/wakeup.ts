/** A bell for one listener: rung when there is something to do. */

export interface Wakeup {
  /** A ring that nobody awaits is heard by the next who does. */
  ring(): void;
  /** Resolves at the next ring, or when `signal` aborts. */
  next(signal: AbortSignal): Promise<void>;
}

/** A bell that nobody has rung. */
export function createWakeup(): Wakeup {
  let rung = false;
  let wake: (() => void) | undefined;
  return {
    ring: () => {
      rung = true;
      wake?.();
    },
    next: async (signal) => {
      if (!rung && !signal.aborted) {
        const { promise, resolve } = Promise.withResolvers<void>();
        const done = () => resolve();
        wake = done;
        signal.addEventListener('abort', done, { once: true });
        await promise;
        signal.removeEventListener('abort', done);
        wake = undefined;
      }
      rung = false;
    },
  };
}
