/** Rings now or later: of several rings that are to come, the earliest. */

export interface Later extends Disposable {
  /** Rings after `ms`, default at once. */
  readonly ring: (ms?: number) => void;
}

export function createLater(ring: () => void): Later {
  let timer: NodeJS.Timeout | undefined;
  let at = Number.POSITIVE_INFINITY;
  const clear = () => {
    clearTimeout(timer);
    at = Number.POSITIVE_INFINITY;
  };
  return {
    ring: (ms = 0) => {
      if (ms <= 0) return ring();
      const due = performance.now() + ms;
      if (due >= at) return;
      clear();
      at = due;
      timer = setTimeout(() => {
        clear();
        ring();
      }, ms);
      timer.unref();
    },
    [Symbol.dispose]: clear,
  };
}
