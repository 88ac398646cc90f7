/** The index of one project's documents, with what the watcher needs beside them: stamps, revs and folders. */
import type { IndexedDocument } from '../indexed-document.ts';
import { createSpecIndex, type Specs } from '../specs.ts';

export interface DocumentIndex {
  readonly documents: ReadonlyMap<string, IndexedDocument>;
  readonly specs: Specs;
  put(document: IndexedDocument, stamp: string | undefined): void;
  /** Whether it was there. */
  remove(path: string): boolean;
  stampOf(path: string): string | undefined;
  /** Files that approvals ask about and wait for, with how many. */
  readonly reviewed: ReadonlyMap<string, number>;
  /** Paths of the documents with these bytes. */
  withRev(rev: string): readonly string[];
  /** Paths at or below `path`. */
  under(path: string): readonly string[];
}

/** An empty index. */
export function createDocumentIndex(): DocumentIndex {
  const documents = new Map<string, IndexedDocument>();
  const specs = createSpecIndex();
  const stamps = new Map<string, string>();
  /** One path, or several with the same bytes: a set for each document would weigh as much as the document. */
  const byRev = new Map<string, string | Set<string>>();
  const folders = new Map<string, number>();
  const reviewed = new Map<string, number>();
  const remove = (path: string): boolean => {
    const old = documents.get(path);
    if (old === undefined) return false;
    documents.delete(path);
    specs.remove(old);
    const asked = fileAsked(old);
    if (asked !== undefined) addCount(reviewed, asked, -1);
    stamps.delete(path);
    const same = byRev.get(old.rev);
    if (typeof same === 'object') same.delete(path);
    if (same === path || (typeof same === 'object' && same.size === 0)) byRev.delete(old.rev);
    for (const folder of foldersOf(path)) addCount(folders, folder, -1);
    return true;
  };
  return {
    documents,
    specs,
    reviewed,
    remove,
    put: (document, stamp) => {
      const { path, rev } = document;
      remove(path);
      documents.set(path, document);
      specs.put(document);
      const asked = fileAsked(document);
      if (asked !== undefined) addCount(reviewed, asked, 1);
      if (stamp !== undefined) stamps.set(path, stamp);
      const same = byRev.get(rev);
      if (typeof same === 'object') same.add(path);
      else byRev.set(rev, same === undefined ? path : new Set([same, path]));
      for (const folder of foldersOf(path)) addCount(folders, folder, 1);
    },
    stampOf: (path) => stamps.get(path),
    withRev: (rev) => {
      const same = byRev.get(rev);
      return typeof same === 'string' ? [same] : [...(same ?? [])];
    },
    under: (path) => {
      if (documents.has(path)) return [path];
      if (path === '') return [...documents.keys()];
      return folders.has(path) ? [...documents.keys()].filter((known) => known.startsWith(`${path}/`)) : [];
    },
  };
}

/** The file that an approval asks about, while it waits. */
export function fileAsked({ kind, meta }: IndexedDocument): string | undefined {
  return kind === 'approval' && meta.status === 'pending' && typeof meta.file === 'string' ? meta.file : undefined;
}

function foldersOf(path: string): readonly string[] {
  const folders: string[] = [];
  for (let at = path.indexOf('/'); at !== -1; at = path.indexOf('/', at + 1)) folders.push(path.slice(0, at));
  return folders;
}

function addCount(counts: Map<string, number>, key: string, by: number): void {
  const count = (counts.get(key) ?? 0) + by;
  if (count === 0) counts.delete(key);
  else counts.set(key, count);
}
