/** A set of very many paths: packed, they weigh a fifth of what they do as texts in a set. */
import { none } from './chains.ts';
import { createPaths } from './paths.ts';

/** What a set of texts can do as well, for a few paths. */
export interface PathSet extends Iterable<string> {
  readonly size: number;
  has(path: string): boolean;
  add(path: string): unknown;
}

export interface PackedPaths extends PathSet {
  /** The folders in which there are paths, and those that lead to them; the root is ''. */
  folders(): Iterable<string>;
  /** The paths in a folder, without those further below. */
  inFolder(folder: string): Iterable<string>;
}

/** An empty set. Do not add to it while you go through it. */
export function createPackedPaths(): PackedPaths {
  const paths = createPaths();
  return {
    get size() {
      return paths.size;
    },
    has: (path) => paths.rowOf(path) !== none,
    add: paths.add,
    folders: paths.folders,
    inFolder: (folder) => each(paths.rowsIn(folder), paths.pathAt),
    [Symbol.iterator]: () => each(paths.rows(), paths.pathAt),
  };
}

function* each(rows: Iterable<number>, pathAt: (row: number) => string): Generator<string> {
  for (const row of rows) yield pathAt(row);
}
