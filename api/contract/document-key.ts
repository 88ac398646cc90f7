/** What documents are known by, and where they belong. Free of schemas, which the app's first screen does without. */
import type { Document } from './document.ts';

/** The key of a document within its machine; `\n` is in no path and no id. */
export function documentKey(document: { readonly project: string; readonly path: string }): string {
  return `${document.project}\n${document.path}`;
}

/** What such a key names. */
export function documentPlace(key: string): { readonly project: string; readonly path: string } {
  const at = key.indexOf('\n');
  return { project: key.slice(0, at), path: key.slice(at + 1) };
}

/** Text whose SHA-256 (hex) is a folder's rev, the `ifRev` of kinds guarded by `folder`: one line a document of the spec, sorted by path. */
export function folderRevText(documents: readonly Pick<Document, 'path' | 'rev'>[]): string {
  return [...documents]
    .sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0))
    .map(({ path, rev }) => `${path}\t${rev}\n`)
    .join('');
}

/** The folder of the spec that a document belongs to: up to and with the part of its path that is the spec's name. */
export function folderOf({ path, spec, kind }: Pick<Document, 'path' | 'spec' | 'kind'>): string | undefined {
  if (spec === undefined || kind === 'approval' || kind === 'snapshots') return undefined;
  const parts = path.split('/');
  const at = parts.lastIndexOf(spec, parts.length - 2);
  return at === -1 ? undefined : parts.slice(0, at + 1).join('/');
}
