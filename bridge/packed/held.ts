/** What somebody holds of a project, packed: the rev of each path, and the version of the rules by which it was described. */
import { none, roomFor } from './chains.ts';
import { createPaths } from './paths.ts';

/** What a manifest has of a document, beside its place. */
export interface Held {
  readonly rev: string;
  readonly describe: number;
}

export interface HeldPaths {
  readonly size: number;
  heldAt(path: string): Held | undefined;
  put(path: string, held: Held): void;
  remove(path: string): void;
  /** All paths in the order of UTF-16 code units, while others may come and go. */
  sorted(): Iterable<string>;
}

export const revBytes = 32;

/** Nothing yet. */
export function createHeldPaths(): HeldPaths {
  const paths = createPaths();
  let revs = new Uint8Array();
  let describes = new Uint32Array();
  return {
    get size() {
      return paths.size;
    },
    heldAt: (path) => {
      const row = paths.rowOf(path);
      return row === none ? undefined : { rev: revAt(revs, row).toString('hex'), describe: describes[row] ?? 0 };
    },
    put: (path, { rev, describe }) => {
      const row = paths.add(path);
      revs = roomFor(revs, row, revBytes);
      describes = roomFor(describes, row);
      revs.set(Buffer.from(rev, 'hex'), row * revBytes);
      describes[row] = describe;
    },
    remove: (path) => {
      const row = paths.rowOf(path);
      if (row !== none) paths.remove(row);
    },
    sorted: paths.sorted,
  };
}

/** The rev in a row of a column of revs. */
export function revAt(revs: Uint8Array, row: number): Buffer {
  return Buffer.from(revs.buffer, row * revBytes, revBytes);
}
