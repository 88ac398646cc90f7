/** The manifest in pages: the documents of a machine in the order of their keys, in pages small enough for any gateway. */
import type { ManifestEntry, ManifestPage } from '#contract/delta.ts';
import { documentKey } from '#contract/document-key.ts';
import { limits } from '#contract/limits.ts';
import type { ManifestDocument } from './digest.ts';

/** A page, without its epoch. */
export type PageOfManifest = Omit<ManifestPage, 'epoch'>;

interface PageOptions {
  /** Ids of projects of which nothing is told: what the relay has of them, stays. */
  readonly leftOut?: ReadonlySet<string>;
  readonly pageBytesMax?: number;
}

/** The pages of a manifest, each made when it is asked for. Together they cover all possible keys but those of the projects in `leftOut`. `documents` come in the order that the contract names: UTF-16 code units of their keys. */
export function* manifestPages(
  documents: Iterable<ManifestDocument>,
  { leftOut = new Set(), pageBytesMax = limits.ingestBytesMax / 2 }: PageOptions = {},
): Generator<PageOfManifest> {
  const gaps = [...leftOut].sort();
  let from: string | null = null;
  let entries: ManifestEntry[] = [];
  let size = 0;
  const upToGap = (gap: string) => {
    const page = { from, to: beforeAllOf(gap), entries };
    [from, entries, size] = [behindAllOf(gap), [], 0];
    return page;
  };
  for (const { project, path, rev, describe } of documents) {
    while (gaps[0] !== undefined && gaps[0] <= project) yield upToGap(gaps.shift() ?? '');
    if (leftOut.has(project)) continue;
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
  for (const gap of gaps) yield upToGap(gap);
  yield { from, to: null, entries };
}

/** No path is empty. */
function beforeAllOf(project: string): string {
  return documentKey({ project, path: '' });
}

/** A key is the project, a line feed and the path, and this is the character behind that. */
function behindAllOf(project: string): string {
  return `${project}\v`;
}
