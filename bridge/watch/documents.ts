/** The index of one project's documents, with what the watcher needs beside them: stamps, revs and folders. Packed into columns, since a project may have hundreds of thousands. */
import type { DocumentKind } from '#contract/document.ts';
import type { Stamp } from '../files/read.ts';
import { type Chains, createChains, none } from '../packed/chains.ts';
import { type Held, revAt, revBytes } from '../packed/held.ts';
import type { Paths } from '../packed/paths.ts';
import { createRows, documentAt, heldAt, type Rows, stampAt, writeRow } from './document-rows.ts';
import type { IndexedDocument } from './indexed-document.ts';
import { type KeptItem, keptItems, restoreRows } from './kept-rows.ts';
import { createSpecIndex, type Documents, type Specs } from './specs.ts';

/** The documents of a project. */
export interface ProjectDocuments extends Documents {
  /** Those of one kind, without a look at the others. */
  ofKind(kind: DocumentKind): Iterable<IndexedDocument>;
  heldAt(path: string): Held | undefined;
  /** Files that approvals ask about and wait for, with how many. */
  readonly reviewed: ReadonlyMap<string, number>;
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
  kindOf(path: string): string | undefined;
  readonly reviewed: ProjectDocuments['reviewed'];
  /** Paths of the documents with these bytes. */
  withRev(rev: string): readonly string[];
  /** Paths at or below `path`. */
  under(path: string): readonly string[];
  /** One more with each change, also of a stamp alone. */
  changes(): number;
  /** All that the next start needs of it. */
  kept(): Iterable<KeptItem>;
  /** Takes what an index had when it was kept; this one has nothing yet. Nobody is told. */
  restore(items: Iterable<KeptItem>): void;
}

/** Called after each change: what the manifest had of a path, and has now. */
export type OnHeld = (path: string, before: Held | undefined, now: Held | undefined) => void;

/** An empty index. */
export function createDocumentIndex(project: string, onHeld: OnHeld = () => undefined): DocumentIndex {
  const rows = createRows(project);
  const { paths } = rows;
  const byRev = createChains((row) => new DataView(rows.revs.buffer).getUint32(row * revBytes));
  const reviewed = new Map<string, number>();
  let changes = 0;
  const at = (row: number) => (row === none ? undefined : documentAt(rows, row));
  const documents = documentsOf(rows, reviewed);
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
    changes += 1;
    byRev.remove(row);
    rows.shapes.give(rows.shape[row] ?? 0);
    rows.titles.set(row, undefined);
    paths.remove(row);
    count(old, -1);
    onHeld(path, old, undefined);
    return true;
  };
  return {
    ...{ documents, specs, reviewed, remove },
    changes: () => changes,
    put: (document, stamp) => {
      changes += 1;
      const known = paths.rowOf(document.path);
      const old = at(known);
      if (old !== undefined) {
        byRev.remove(known);
        rows.shapes.give(rows.shape[known] ?? 0);
        count(old, -1);
      }
      const row = paths.add(document.path);
      writeRow(rows, row, document, stamp);
      byRev.add(row);
      count(document, 1);
      onHeld(document.path, old, document);
    },
    stampOf: (path) => stampAt(rows, paths.rowOf(path)),
    kindOf: (path) => rows.known[rows.shape[paths.rowOf(path)] ?? -1]?.kind,
    withRev: (rev) => [...withRev(rows, byRev, Buffer.from(rev, 'hex'))],
    kept: () => keptItems(rows),
    restore: (items) =>
      restoreRows(rows, items, (row, document) => {
        byRev.add(row);
        count(document, 1);
      }),
    under: (path) => (documents.has(path) ? [path] : [...paths.rows(path)].map(paths.pathAt)),
  };
}

function* withRev({ revs, paths }: Rows, byRev: Chains, rev: Buffer): Generator<string> {
  for (let row = byRev.first(rev.readUInt32BE()); row !== none; row = byRev.next(row))
    if (rev.equals(revAt(revs, row))) yield paths.pathAt(row);
}

function documentsOf(rows: Rows, reviewed: ProjectDocuments['reviewed']): ProjectDocuments {
  const { paths } = rows;
  return {
    reviewed,
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
