/** Keeping the last acknowledged batch on the disk. */
import type { Acknowledged } from '#contract/bridge.ts';
import type { DataFolder } from './data.ts';

export interface PositionKeeper {
  keep(acknowledged: Acknowledged): void;
  /** Resolves when what was kept is written, or could not be. */
  flush(): Promise<void>;
}

/** Writes the position soon, not at every batch: one that lags behind costs nothing. */
export function createPositionKeeper(data: DataFolder): PositionKeeper {
  let latest: Acknowledged | undefined;
  let writing: Promise<void> = Promise.resolve();
  let timer: NodeJS.Timeout | undefined;
  const flush = () => {
    clearTimeout(timer);
    timer = undefined;
    const acknowledged = latest;
    latest = undefined;
    if (acknowledged !== undefined)
      writing = writing.then(() => data.keepAcknowledged(acknowledged)).catch(() => undefined);
    return writing;
  };
  return {
    keep: (acknowledged: Acknowledged) => {
      latest = acknowledged;
      timer ??= setTimeout(flush, 1000);
    },
    flush,
  };
}
