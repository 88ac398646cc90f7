/** The manifest in pages: all documents of a machine in the order of their keys, in pages small enough for any gateway. */
import type { ManifestEntry, ManifestPage } from '#contract/delta.ts';
import { limits } from '#contract/limits.ts';
import type { ManifestDocument } from './digest.ts';

/** A page, without its epoch. */
export type PageOfManifest = Omit<ManifestPage, 'epoch'>;

/** The pages of a manifest. Together they cover all possible keys. `held` is by document key. */
export function* manifestPages(
  held: ReadonlyMap<string, ManifestDocument>,
  pageBytesMax: number = limits.ingestBytesMax / 2,
): Generator<PageOfManifest> {
  const keys = [...held.keys()].sort(byCodeUnits);
  let from: string | null = null;
  let entries: ManifestEntry[] = [];
  let size = 0;
  for (const key of keys) {
    const entry = entryOf(held.get(key));
    const bytes = Buffer.byteLength(JSON.stringify(entry)) + 1;
    const last = entries.at(-1);
    if (last !== undefined && size + bytes > pageBytesMax) {
      const to: string = `${last[0]}\n${last[1]}`;
      yield { from, to, entries };
      from = to;
      entries = [];
      size = 0;
    }
    entries.push(entry);
    size += bytes;
  }
  yield { from, to: null, entries };
}

function entryOf(held: ManifestDocument | undefined): ManifestEntry {
  if (held === undefined) throw new TypeError('a key without its document');
  return [held.project, held.path, held.rev, held.describe];
}

/** The order that the contract names: UTF-16 code units. */
function byCodeUnits(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
