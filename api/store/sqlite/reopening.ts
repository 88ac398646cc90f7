/** A data file that is let go where its disk was taken away, and opened anew once it is back. What a program has open stays with the disk of before, read-only for good where the kernel made it so, and keeps it from being unmounted and repaired. */
import { statSync } from 'node:fs';
import type { Store } from '../store.ts';
import { isDiskWritable } from './schema.ts';

export interface Reopening {
  /** The store on the file of now, under one name for good. */
  readonly store: Store;
  /** Whether the file is open; opens it where it can be again. */
  isOpen(): boolean;
  /** A call has failed by a fault of the disk. */
  failed(): void;
}

/** Ms between looks at the disk. */
const LOOK_EVERY_MS = 1000;

/** Opens the file at `path` with `open`, which throws where it cannot. */
export function createReopening(
  path: string,
  open: () => { readonly store: Store; readonly close: () => void },
): Reopening {
  let file = open();
  let place = placeOf(path);
  let isClosed = false;
  let lookedAt = Number.NEGATIVE_INFINITY;
  // Those in whose place another one lies: SQLite deletes the log of a file that it closes by its name, which is that of the other one now.
  const replaced: unknown[] = [];
  const look = (act: (found: string | undefined) => void) => {
    if (performance.now() - lookedAt < LOOK_EVERY_MS) return;
    lookedAt = performance.now();
    act(placeOf(path));
  };
  const openAgain = (found: string) => {
    if (!isDiskWritable(path)) return;
    if (!isClosed) replaced.push(file);
    file = open();
    [place, isClosed] = [found, false];
  };
  const now = (name: string | symbol): unknown => Reflect.get(file.store, name);
  return {
    store: new Proxy({} as Store, {
      get: (_, name) =>
        typeof now(name) === 'function'
          ? (...args: unknown[]) => (now(name) as (...args: unknown[]) => unknown)(...args)
          : now(name),
    }),
    isOpen: () => {
      // Never one that is made now: nothing may lie at the place of a disk that is not mounted.
      if (isClosed) look((found) => void (found !== undefined && openAgain(found)));
      return !isClosed;
    },
    failed: () =>
      look((found) => {
        if (place === undefined || found === place) return;
        if (found !== undefined) return openAgain(found);
        file.close();
        isClosed = true;
      }),
  };
}

/** Tells a file from another one at the same path; undefined where there is none. */
function placeOf(path: string): string | undefined {
  const stats = statSync(path, { throwIfNoEntry: false });
  return stats && `${stats.dev}:${stats.ino}`;
}
