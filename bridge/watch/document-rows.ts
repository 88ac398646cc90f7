/** The rows of a project's documents, in columns: what `documents.ts` keeps of each under the number of its path. A document is made anew each time when somebody asks for it. */

import type { Stamp } from '../files/read.ts';
import { none, roomFor } from '../packed/chains.ts';
import { type Held, revAt, revBytes } from '../packed/held.ts';
import { createInterned } from '../packed/interned.ts';
import { createPaths, type Paths } from '../packed/paths.ts';
import { createTexts, type Texts } from '../packed/texts.ts';
import type { IndexedDocument } from './indexed-document.ts';

/** What a row keeps of a document as text, once for all documents that have the same. */
export interface Shape {
  readonly kind: string;
  readonly describe: number;
}

/** Size, mtime, ctime, inode. Without a stamp the last two are NaN. */
export const numbersOfRow = 4;

export interface Rows {
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
  readonly titles: Texts;
}

/** No rows. */
export function createRows(project: string): Rows {
  const paths = createPaths();
  return {
    ...{ project, paths, shapes: createInterned(), known: [], titles: createTexts() },
    ...{ shape: new Uint32Array(), cut: new Uint16Array(), revs: new Uint8Array(), numbers: new Float64Array() },
  };
}

/** What a row is made of. */
export interface RowParts {
  /** JSON of what many documents have in common, and the same as far as it is looked at without being parsed. */
  readonly text: string;
  readonly shape: Shape;
  readonly cut: number;
  readonly rev: Buffer;
  /** Size, mtime, ctime, inode. */
  readonly numbers: readonly number[];
  readonly title: string | undefined;
}

/** Writes a document into its row. */
export function writeRow(rows: Rows, row: number, document: IndexedDocument, stamp: Stamp | undefined): void {
  const { path, rev, size, mtime, title, kind, meta, notice, format, describe, spec, folder } = document;
  const isCut = folder !== undefined && path.startsWith(`${folder}/`) && spec === folder.split('/').at(-1);
  const rest = { kind, meta, notice, format, describe, ...(isCut ? {} : { spec, folder }) };
  const { mtimeMs, ctimeMs, ino } = stamp ?? { mtimeMs: mtime, ctimeMs: Number.NaN, ino: Number.NaN };
  fillRow(rows, row, {
    text: JSON.stringify(rest),
    shape: { kind, describe },
    cut: isCut ? folder.length : 0,
    rev: Buffer.from(rev, 'hex'),
    numbers: [size, mtimeMs, ctimeMs, ino],
    title,
  });
}

/** The same with what a row is made of. */
export function fillRow(rows: Rows, row: number, { text, shape, cut, rev, numbers, title }: RowParts): void {
  const id = rows.shapes.take(text);
  rows.known[id] = { kind: shape.kind, describe: shape.describe };
  rows.shape = roomFor(rows.shape, row);
  rows.cut = roomFor(rows.cut, row);
  rows.revs = roomFor(rows.revs, row, revBytes);
  rows.numbers = roomFor(rows.numbers, row, numbersOfRow);
  rows.shape[row] = id;
  rows.cut[row] = cut;
  rows.revs.set(rev, row * revBytes);
  rows.numbers.set(numbers, row * numbersOfRow);
  rows.titles.set(row, title);
}

/** With its fields in the order in which `describe.ts` makes them: two descriptions are compared as texts. */
export function documentAt(rows: Rows, row: number): IndexedDocument {
  const { project, paths, shapes, titles } = rows;
  const path = paths.pathAt(row);
  const rest = JSON.parse(shapes.textOf(rows.shape[row] ?? 0)) as Omit<IndexedDocument, 'path'>;
  const { kind, meta, notice, format, describe } = rest;
  const { folder = rest.folder, spec = rest.spec } = placeAt(path, rows.cut[row] ?? 0);
  const title = titles.at(row);
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

/** The spec's folder and name where they are a part of the path. */
export function placeAt(path: string, cut: number): Pick<IndexedDocument, 'folder' | 'spec'> {
  if (cut === 0) return {};
  const folder = path.slice(0, cut);
  return { folder, spec: folder.slice(folder.lastIndexOf('/') + 1) };
}

/** What the manifest has of a row. */
export function heldAt(rows: Rows, row: number): Held | undefined {
  if (row === none) return undefined;
  return { rev: revAt(rows.revs, row).toString('hex'), describe: rows.known[rows.shape[row] ?? 0]?.describe ?? 0 };
}

/** The stamp of its file. */
export function stampAt({ numbers }: Rows, row: number): Stamp | undefined {
  const at = row * numbersOfRow;
  const ctimeMs = row === none ? Number.NaN : (numbers[at + 2] ?? Number.NaN);
  if (Number.isNaN(ctimeMs)) return undefined;
  return { size: numbers[at] ?? 0, mtimeMs: numbers[at + 1] ?? 0, ctimeMs, ino: numbers[at + 3] ?? 0 };
}
