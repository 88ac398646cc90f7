/** A table of paths. Each has a row, under whose number others keep in columns what they know of it. As texts, keys of maps and objects a path and its numbers would take several hundred bytes; here they take as many as they have. */
import { type Chains, createChains, none, roomFor } from './chains.ts';
import { createInterned, type Interned, standingAlone } from './interned.ts';

export interface Paths {
  readonly size: number;
  /** The row of a path; `none` where it has none. */
  rowOf(path: string): number;
  /** The row of a path, which gets one where it has none. */
  add(path: string): number;
  /** The row is free for another path. */
  remove(row: number): void;
  pathAt(row: number): string;
  /** All rows, or those below a folder. They may be removed meanwhile. */
  rows(folder?: string): Iterable<number>;
  /** Those in a folder, without those further below. */
  rowsIn(folder: string): Iterable<number>;
  /** The folders in which there are paths, and those that lead to them; the root is ''. */
  folders(): Iterable<string>;
  /** All paths in the order of UTF-16 code units; those that come or go meanwhile may be in it or not. */
  sorted(): Iterable<string>;
}

interface Folder {
  readonly path: string;
  readonly up: Folder | undefined;
  readonly id: number;
  /** The last row that came to it. */
  last: number;
  /** Its rows and the folders in it. */
  users: number;
  below: Set<Folder> | undefined;
}

interface Table {
  readonly folders: ReturnType<typeof createFolders>;
  readonly names: Interned;
  folderIds: Uint32Array;
  nameIds: Uint32Array;
  // The rows of a folder: each names the one before it and the one after it.
  before: Int32Array;
  after: Int32Array;
  readonly chains: Chains;
  readonly free: number[];
  /** The first row that was never used. */
  top: number;
  size: number;
}

/** No paths. */
export function createPaths(): Paths {
  const table: Table = {
    ...{ folders: createFolders(), names: createInterned(), free: [], top: 0, size: 0 },
    ...{ folderIds: new Uint32Array(), nameIds: new Uint32Array(), before: new Int32Array(), after: new Int32Array() },
    chains: createChains((row) => hashOf(table.folderIds[row] ?? 0, table.nameIds[row] ?? 0)),
  };
  return {
    get size() {
      return table.size;
    },
    rowOf: (path) => rowOf(table, path),
    add: (path) => {
      const row = rowOf(table, path);
      return row === none ? add(table, path) : row;
    },
    remove: (row) => remove(table, row),
    pathAt: (row) => pathIn(folderAt(table, row), nameAt(table, row)),
    rows: (folder = '') => {
      const found = table.folders.find(folder);
      return found === undefined ? [] : rowsBelow(table, found);
    },
    rowsIn: (folder) => {
      const found = table.folders.find(folder);
      return found === undefined ? [] : rowsIn(table, found);
    },
    folders: table.folders.paths,
    sorted: () => {
      const root = table.folders.find('');
      return root === undefined ? [] : sortedIn(root, (folder) => namesIn(table, folder));
    },
  };
}

function folderAt({ folders, folderIds }: Table, row: number): Folder {
  return folders.at(folderIds[row] ?? 0);
}

function nameAt({ names, nameIds }: Table, row: number): string {
  return names.textOf(nameIds[row] ?? 0);
}

function rowOf({ folders, names, chains, folderIds, nameIds }: Table, path: string): number {
  const [folder, name] = [folders.find(folderOf(path)), names.find(nameOf(path))];
  if (folder === undefined || name === undefined) return none;
  for (let row = chains.first(hashOf(folder.id, name)); row !== none; row = chains.next(row))
    if (folderIds[row] === folder.id && nameIds[row] === name) return row;
  return none;
}

function add(table: Table, path: string): number {
  const row = table.free.pop() ?? table.top++;
  for (const column of ['folderIds', 'nameIds'] as const) table[column] = roomFor(table[column], row);
  for (const column of ['before', 'after'] as const) table[column] = roomFor(table[column], row);
  const folder = table.folders.take(folderOf(path));
  table.folderIds[row] = folder.id;
  table.nameIds[row] = table.names.take(nameOf(path));
  table.before[row] = folder.last;
  table.after[row] = none;
  if (folder.last !== none) table.after[folder.last] = row;
  folder.last = row;
  table.chains.add(row);
  table.size += 1;
  return row;
}

function remove(table: Table, row: number): void {
  const { chains, folders, names, nameIds, before, after, free } = table;
  chains.remove(row);
  const folder = folderAt(table, row);
  const [earlier = none, later = none] = [before[row], after[row]];
  if (earlier !== none) after[earlier] = later;
  if (later !== none) before[later] = earlier;
  else folder.last = earlier;
  names.give(nameIds[row] ?? 0);
  folders.give(folder);
  free.push(row);
  table.size -= 1;
}

function* rowsIn(table: Table, folder: Folder): Generator<number> {
  for (let row = folder.last, next = none; row !== none; row = next) {
    next = table.before[row] ?? none;
    yield row;
  }
}

function* rowsBelow(table: Table, folder: Folder): Generator<number> {
  yield* rowsIn(table, folder);
  for (const below of folder.below ?? []) yield* rowsBelow(table, below);
}

function namesIn(table: Table, folder: Folder): readonly string[] {
  const texts: string[] = [];
  for (let row = folder.last; row !== none; row = table.before[row] ?? none) texts.push(nameAt(table, row));
  return texts;
}

function* sortedIn(folder: Folder, namesIn: (folder: Folder) => readonly string[]): Generator<string> {
  // A folder stands where what is in it belongs: `a/b` is between `a-` and `a0`.
  const below = new Map([...(folder.below ?? [])].map((one) => [`${nameOf(one.path)}/`, one]));
  const entries = [...namesIn(folder), ...below.keys()].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  for (const entry of entries) {
    const one = below.get(entry);
    if (one === undefined) yield pathIn(folder, entry);
    else yield* sortedIn(one, namesIn);
  }
}

/** The folders in which there are paths. */
function createFolders() {
  const byPath = new Map<string, Folder>();
  const byId: Folder[] = [];
  const free: number[] = [];
  const take = (path: string): Folder => {
    const folder = byPath.get(path) ?? begin(path);
    folder.users += 1;
    return folder;
  };
  const begin = (text: string): Folder => {
    const path = standingAlone(text);
    const up = path === '' ? undefined : take(folderOf(path));
    const id = free.pop() ?? byId.length;
    const folder: Folder = { path, up, id, last: none, users: 0, below: undefined };
    byPath.set(path, folder);
    byId[id] = folder;
    if (up !== undefined) up.below = (up.below ?? new Set()).add(folder);
    return folder;
  };
  const give = (folder: Folder): void => {
    folder.users -= 1;
    const { users, path, up, id } = folder;
    if (users > 0) return;
    byPath.delete(path);
    free.push(id);
    up?.below?.delete(folder);
    if (up !== undefined) give(up);
  };
  const at = (id: number): Folder => {
    const folder = byId[id];
    if (folder === undefined) throw new RangeError(`there is no folder ${id}`);
    return folder;
  };
  return { find: (path: string) => byPath.get(path), paths: () => byPath.keys(), take, give, at };
}

function pathIn(folder: Folder, name: string): string {
  return folder.path === '' ? name : `${folder.path}/${name}`;
}

/** The folder of a path; the root is ''. */
function folderOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')));
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

function hashOf(folder: number, name: number): number {
  return Math.imul(folder, 0x85ebca6b) ^ name;
}
