/** The manifest in pages: the documents of a machine in the order of their keys, in pages small enough for any gateway. */
import type { ManifestEntry, ManifestPage } from '#contract/delta.ts';
import { documentKey } from '#contract/document-key.ts';
import { limits } from '#contract/limits.ts';
import type { ManifestDocument } from './digest.ts';
import type { Gap } from './gaps.ts';

/** A page, without its epoch. */
export type PageOfManifest = Omit<ManifestPage, 'epoch'>;

interface PageOptions {
  /** Joined. */
  readonly gaps?: readonly Gap[];
  readonly pageBytesMax?: number;
}

/** The pages of a manifest, each made when it is asked for. Together they cover all possible keys but those in the gaps. `documents` come in the order that the contract names: UTF-16 code units of their keys. */
export function* manifestPages(
  documents: Iterable<ManifestDocument>,
  { gaps = [], pageBytesMax = limits.ingestBytesMax / 2 }: PageOptions = {},
): Generator<PageOfManifest> {
  let ahead = 0;
  let from: string | null = null;
  let entries: ManifestEntry[] = [];
  let size = 0;
  const upToGap = function* ({ after, last }: Gap): Generator<PageOfManifest> {
    yield { from, to: after, entries };
    [from, entries, size] = [last, [], 0];
    ahead += 1;
  };
  for (const { project, path, rev, describe } of documents) {
    const key = documentKey({ project, path });
    for (let gap = gaps[ahead]; gap !== undefined && key > gap.after; gap = gaps[ahead]) yield* upToGap(gap);
    if (from !== null && key <= from) continue;
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
  for (const gap of gaps.slice(ahead)) yield* upToGap(gap);
  yield { from, to: null, entries };
}
