/** How many watches of the system a bridge takes: a part of what its user may have, since editors need some too. */
import { readFileSync } from 'node:fs';

export interface WatchBudget {
  /** Takes one; false if none is left. */
  take(): boolean;
  give(): void;
  /** Why there are no more. */
  readonly says: string;
}

/** Of all that a user may have. */
const share = 0.5;

/** A budget for all projects of a bridge: `most` watches, or a part of what the system allows. Linux alone has a limit. */
export function createWatchBudget(most?: number): WatchBudget {
  const allowed = most ?? Math.floor(share * systemLimit());
  let taken = 0;
  return {
    take: () => {
      if (taken >= allowed) return false;
      taken += 1;
      return true;
    },
    give: () => {
      taken -= 1;
    },
    says:
      most === undefined
        ? `they would take more than half of the system's watches (raise fs.inotify.max_user_watches)`
        : `\`--watches ${most}\` says so`,
  };
}

function systemLimit(): number {
  try {
    return Number(readFileSync('/proc/sys/fs/inotify/max_user_watches', 'utf8'));
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}
