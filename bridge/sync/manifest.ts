/** The manifest in pages: all documents of a machine in the order of their keys, in pages small enough for any gateway. */
import type { ManifestEntry, ManifestPage } from '#contract/delta.ts';
import { limits } from '#contract/limits.ts';
import type { ManifestDocument } from './digest.ts';

/** A page, without its epoch. */
export type PageOfManifest = Omit<ManifestPage, 'epoch'>;

/** The pages of a manifest, each made when it is asked for. Together they cover all possible keys. `documents` come in the order that the contract names: UTF-16 code units of their keys. */
export function* manifestPages(
  documents: Iterable<ManifestDocument>,
  pageBytesMax: number = limits.ingestBytesMax / 2,
): Generator<PageOfManifest> {
  let from: string | null = null;
  let entries: ManifestEntry[] = [];
  let size = 0;
  for (const { project, path, rev, describe } of documents) {
    const entry: ManifestEntry = [project, path, rev, describe];
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
