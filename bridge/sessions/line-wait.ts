/** Lets a run wait while its line is full. It never waits for ever: where nothing moves for `runWaitMs`, it goes on until something does. */
import { limits } from '#contract/limits.ts';

export interface LineWait {
  /** Resolves when there is room, or nothing has moved for too long; undefined where there is nothing to wait for. */
  untilRoom(): Promise<void> | undefined;
  /** There may be room. */
  look(): void;
  /** The relay has taken something, or says that it takes nothing more. */
  moved(): void;
}

export function createLineWait(isFull: () => boolean): LineWait {
  let waiting: PromiseWithResolvers<void> | undefined;
  let timer: NodeJS.Timeout | undefined;
  let isStuck = false;
  const go = () => {
    clearTimeout(timer);
    waiting?.resolve();
    waiting = undefined;
  };
  const look = () => {
    if (!isFull()) go();
  };
  const begin = () => {
    timer = setTimeout(() => {
      isStuck = true;
      go();
    }, limits.runWaitMs);
    timer.unref();
    return Promise.withResolvers<void>();
  };
  return {
    untilRoom: () => {
      if (isStuck || !isFull()) return undefined;
      waiting ??= begin();
      return waiting.promise;
    },
    look,
    moved: () => {
      isStuck = false;
      if (waiting !== undefined) timer?.refresh();
      look();
    },
  };
}
