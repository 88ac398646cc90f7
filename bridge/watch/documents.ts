/** The index of one project's documents, with what the watcher needs beside them: stamps, revs and folders. Packed into columns, since a project may have hundreds of thousands: a document is made anew each time when somebody asks for it. */
import type { DocumentKind } from '#contract/document.ts';
import type { Stamp } from '../files/read.ts';
import { createChains, none, roomFor } from '../packed/chains.ts';
import { type Held, revAt, revBytes } from '../packed/held.ts';
import { createInterned } from '../packed/interned.ts';
import { createPaths, type Paths } from '../packed/paths.ts';
import type { IndexedDocument } from './indexed-document.ts';
import { createSpecIndex, type Documents, type Specs } from './specs.ts';

/** The documents of a project. */
export interface ProjectDocuments extends Documents {
  /** Those of one kind, without a look at the others. */
  ofKind(kind: DocumentKind): Iterable<IndexedDocument>;
  heldAt(path: string): Held | undefined;
  /** All paths in the order of UTF-16 code units, while others may come and go. */
  sorted(): Iterable<string>;
}

export interface DocumentIndex {
  readonly documents: ProjectDocuments;
  readonly specs: Specs;
  put(document: IndexedDocument, stamp: Stamp | undefined): void;
  /** Whether it was there. */
  remove(path: string): boolean;
  stampOf(path: string): Stamp | undefined;
  /** Files that approvals ask about and wait for, with how many. */
  readonly reviewed: ReadonlyMap<string, number>;
  /** Paths of the documents with these bytes. */
  withRev(rev: string): readonly string[];
  /** Paths at or below `path`. */
  under(path: string): readonly string[];
}

/** Called after each change: what the manifest had of a path, and has now. */
export type OnHeld = (path: string, before: Held | undefined, now: Held | undefined) => void;

/** What a row keeps of a document as text, once for all documents that have the same. */
interface Shape {
  readonly kind: string;
  readonly describe: number;
}

/** Size, mtime, ctime, inode. Without a stamp the last two are NaN. */
const numbersOfRow = 4;

interface Rows {
  readonly project: string;
  readonly paths: Paths;
  readonly shapes: ReturnType<typeof createInterned>;
  /** By the number of a shape. */
  readonly known: Shape[];
  shape: Uint32Array;
  /** The length of the spec's folder, where that is a part of the path and the spec has its name; else 0. */
  cut: Uint16Array;
  revs: Uint8Array;
  numbers: Float64Array;
  readonly titles: (string | undefined)[];
}

/** An empty index. */
export function createDocumentIndex(project: string, onHeld: OnHeld = () => undefined): DocumentIndex {
  const paths = createPaths();
  const rows: Rows = {
    ...{ project, paths, shapes: createInterned(), known: [], titles: [] },
    ...{ shape: new Uint32Array(), cut: new Uint16Array(), revs: new Uint8Array(), numbers: new Float64Array() },
  };
  const byRev = createChains((row) => new DataView(rows.revs.buffer).getUint32(row * revBytes));
  const reviewed = new Map<string, number>();
  const at = (row: number) => (row === none ? undefined : documentAt(rows, row));
  const documents = documentsOf(rows);
  const inFolder = (folder: string) => [...paths.rows(folder)].map((row) => documentAt(rows, row));
  const specs = createSpecIndex({ get: documents.get, inFolder });
  const count = (document: IndexedDocument, by: 1 | -1) => {
    specs[by === 1 ? 'put' : 'remove'](document);
    const asked = fileAsked(document);
    if (asked !== undefined) addCount(reviewed, asked, by);
  };
  const remove = (path: string): boolean => {
    const row = paths.rowOf(path);
    const old = at(row);
    if (old === undefined) return false;
    byRev.remove(row);
    rows.shapes.give(rows.shape[row] ?? 0);
    rows.titles[row] = undefined;
    paths.remove(row);
    count(old, -1);
    onHeld(path, old, undefined);
    return true;
  };
  return {
    ...{ documents, specs, reviewed, remove },
    put: (document, stamp) => {
      const known = paths.rowOf(document.path);
      const old = at(known);
      if (old !== undefined) {
        byRev.remove(known);
        rows.shapes.give(rows.shape[known] ?? 0);
        count(old, -1);
      }
      const row = paths.add(document.path);
      write(rows, row, document, stamp);
      byRev.add(row);
      count(document, 1);
      onHeld(document.path, old, document);
    },
    stampOf: (path) => stampAt(rows, paths.rowOf(path)),
    withRev: (rev) => {
      const wanted = Buffer.from(rev, 'hex');
      const same: string[] = [];
      for (let row = byRev.first(wanted.readUInt32BE()); row !== none; row = byRev.next(row))
        if (wanted.equals(revAt(rows.revs, row))) same.push(paths.pathAt(row));
      return same;
    },
    under: (path) => (documents.has(path) ? [path] : [...paths.rows(path)].map(paths.pathAt)),
  };
}

function documentsOf(rows: Rows): ProjectDocuments {
  const { paths } = rows;
  return {
    get size() {
      return paths.size;
    },
    get: (path) => {
      const row = paths.rowOf(path);
      return row === none ? undefined : documentAt(rows, row);
    },
    has: (path) => paths.rowOf(path) !== none,
    keys: () => each(paths, paths.pathAt),
    values: () => each(paths, (row) => documentAt(rows, row)),
    ofKind: (kind) => ofKind(rows, kind),
    heldAt: (path) => heldAt(rows, paths.rowOf(path)),
    sorted: paths.sorted,
  };
}

/** The file that an approval asks about, while it waits. */
export function fileAsked({ kind, meta }: IndexedDocument): string | undefined {
  return kind === 'approval' && meta.status === 'pending' && typeof meta.file === 'string' ? meta.file : undefined;
}

function write(rows: Rows, row: number, document: IndexedDocument, stamp: Stamp | undefined): void {
  const { path, rev, size, mtime, title, kind, meta, notice, format, describe, spec, folder } = document;
  const isCut = folder !== undefined && path.startsWith(`${folder}/`) && spec === folder.split('/').at(-1);
  const rest = { kind, meta, notice, format, describe, ...(isCut ? {} : { spec, folder }) };
  const shape = rows.shapes.take(JSON.stringify(rest));
  rows.known[shape] = { kind, describe };
  rows.shape = roomFor(rows.shape, row);
  rows.cut = roomFor(rows.cut, row);
  rows.revs = roomFor(rows.revs, row, revBytes);
  rows.numbers = roomFor(rows.numbers, row, numbersOfRow);
  rows.shape[row] = shape;
  rows.cut[row] = isCut ? folder.length : 0;
  rows.revs.set(Buffer.from(rev, 'hex'), row * revBytes);
  const { mtimeMs, ctimeMs, ino } = stamp ?? { mtimeMs: mtime, ctimeMs: Number.NaN, ino: Number.NaN };
  rows.numbers.set([size, mtimeMs, ctimeMs, ino], row * numbersOfRow);
  rows.titles[row] = title;
}

/** With its fields in the order in which `describe.ts` makes them: two descriptions are compared as texts. */
function documentAt(rows: Rows, row: number): IndexedDocument {
  const { project, paths, shapes, titles } = rows;
  const path = paths.pathAt(row);
  const rest = JSON.parse(shapes.textOf(rows.shape[row] ?? 0)) as Omit<IndexedDocument, 'path'>;
  const { kind, meta, notice, format, describe } = rest;
  const cut = rows.cut[row] ?? 0;
  const folder = cut === 0 ? rest.folder : path.slice(0, cut);
  const spec = cut === 0 ? rest.spec : folder?.slice(folder.lastIndexOf('/') + 1);
  const title = titles[row];
  const [size = 0, mtimeMs = 0] = rows.numbers.subarray(row * numbersOfRow);
  return {
    project,
    path,
    kind,
    ...(spec === undefined ? {} : { spec }),
    ...(title === undefined ? {} : { title }),
    rev: revAt(rows.revs, row).toString('hex'),
    size,
    mtime: Math.round(Math.max(0, mtimeMs)),
    meta,
    ...(notice === undefined ? {} : { notice }),
    format,
    describe,
    ...(folder === undefined ? {} : { folder }),
  };
}

function heldAt(rows: Rows, row: number): Held | undefined {
  if (row === none) return undefined;
  return { rev: revAt(rows.revs, row).toString('hex'), describe: rows.known[rows.shape[row] ?? 0]?.describe ?? 0 };
}

function stampAt({ numbers }: Rows, row: number): Stamp | undefined {
  if (row === none) return undefined;
  const [size = 0, mtimeMs = 0, ctimeMs = Number.NaN, ino = 0] = numbers.subarray(row * numbersOfRow);
  return Number.isNaN(ctimeMs) ? undefined : { size, mtimeMs, ctimeMs, ino };
}

function* each<Item>(paths: Paths, itemAt: (row: number) => Item): Generator<Item> {
  for (const row of paths.rows()) yield itemAt(row);
}

function* ofKind(rows: Rows, kind: DocumentKind): Generator<IndexedDocument> {
  for (const row of rows.paths.rows()) if (rows.known[rows.shape[row] ?? 0]?.kind === kind) yield documentAt(rows, row);
}

function addCount(counts: Map<string, number>, key: string, by: number): void {
  const count = (counts.get(key) ?? 0) + by;
  if (count === 0) counts.delete(key);
  else counts.set(key, count);
}
