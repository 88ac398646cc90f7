/** Stores the last acknowledged batch on disk. */
import type { Acknowledged } from '#contract/bridge.ts';
import type { DataFolder } from './data-folder.ts';

export interface PositionKeeper {
  keep(acknowledged: Acknowledged): void;
  /** Resolves when the last position is written, or writing has failed. */
  flush(): Promise<void>;
}

/** Writes the position after a delay and not for every batch; an older position does no harm. */
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
