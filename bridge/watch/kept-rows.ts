/** An index as the data folder keeps it, so that the next start reads only files that have changed since. */

import { revAt } from '../packed/held.ts';
import { fillRow, numbersOfRow, placeAt, type Rows } from './document-rows.ts';
import type { IndexedDocument } from './indexed-document.ts';

/** A shape, as its JSON; or the rows of a folder, which name the shapes before them by their place. */
export type KeptItem = string | readonly [folder: string, rows: readonly KeptRow[]];

type KeptRow = readonly [
  name: string,
  /** Base64. */
  rev: string,
  shape: number,
  cut: number,
  title: string | null,
  size: number,
  mtimeMs: number,
  /** Null, both, where the file has no stamp: it is read at the next start. */
  ctimeMs: number | null,
  ino: number | null,
];

/** All of an index, one item after the other; documents may come and go meanwhile. */
export function* keptItems(rows: Rows): Generator<KeptItem> {
  const places = new Map<string, number>();
  // The rows of a folder in one go: a row may be another document's a moment later.
  for (const folder of rows.paths.folders()) yield* itemsOf(rows, folder, places);
}

function itemsOf(rows: Rows, folder: string, places: Map<string, number>): readonly KeptItem[] {
  const { paths, shapes } = rows;
  const fresh: string[] = [];
  const kept = [...paths.rowsIn(folder)].map((row): KeptRow => {
    const text = shapes.textOf(rows.shape[row] ?? 0);
    const place = places.get(text) ?? places.size;
    if (place === places.size) {
      places.set(text, place);
      fresh.push(text);
    }
    return keptRow(rows, row, folder, place);
  });
  return kept.length === 0 ? [] : [...fresh, [folder, kept]];
}

function keptRow(rows: Rows, row: number, folder: string, place: number): KeptRow {
  const name = rows.paths.pathAt(row).slice(folder === '' ? 0 : folder.length + 1);
  const rev = revAt(rows.revs, row).toString('base64');
  const [size = 0, mtimeMs = 0, ctimeMs = Number.NaN, ino = Number.NaN] = rows.numbers.subarray(row * numbersOfRow);
  // JSON has no NaN: it writes null.
  return [name, rev, place, rows.cut[row] ?? 0, rows.titles.at(row) ?? null, size, mtimeMs, ctimeMs, ino];
}

/** Puts what was kept into rows without any; `onDocument` hears of each, as far as an index of specs wants it. */
export function restoreRows(
  rows: Rows,
  items: Iterable<KeptItem>,
  onDocument: (row: number, document: IndexedDocument) => void,
): void {
  const shapes: { readonly text: string; readonly shape: IndexedDocument }[] = [];
  for (const item of items) {
    if (typeof item === 'string') {
      shapes.push({ text: item, shape: JSON.parse(item) });
      continue;
    }
    const [folder, kept] = item;
    for (const [name, rev, place, cut, title, size, mtimeMs, ctimeMs, ino] of kept) {
      const { text, shape } = shapes[place] ?? noShape(place);
      const path = folder === '' ? name : `${folder}/${name}`;
      const row = rows.paths.add(path);
      fillRow(rows, row, {
        ...{ text, shape, cut, rev: Buffer.from(rev, 'base64'), title: title ?? undefined },
        numbers: [size, mtimeMs, ctimeMs ?? Number.NaN, ino ?? Number.NaN],
      });
      onDocument(row, { ...shape, path, ...placeAt(path, cut) });
    }
  }
}

function noShape(place: number): never {
  throw new RangeError(`there is no shape ${place}`);
}
