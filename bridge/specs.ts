/** An index of a project's specs: its documents by the folder of their spec. It is updated with each document, so that a command finds its spec without walking all files. */
import type { Format } from '#contract/document.ts';
import type { IndexedDocument } from './indexed-document.ts';

/** A spec: the documents of one folder. A live object; `copyOf` makes a fixed copy. */
export interface Spec {
  /** The name of its folder. */
  readonly spec: string;
  readonly format: Format;
  /** The folder in the project. */
  readonly folder: string;
  readonly archived: boolean;
  /** By path. */
  readonly documents: ReadonlyMap<string, IndexedDocument>;
  /** The document with its metadata, if the format has one. */
  readonly main: IndexedDocument | undefined;
}

export interface Specs {
  all(): Iterable<Spec>;
  inFolder(folder: string): Spec | undefined;
  /** The specs whose folder has this name, or whose name begins with this number and `-`. */
  called(nameOrNumber: string): Iterable<Spec>;
  /** The specs whose parent is written as this name or number, with or without folders before it. */
  childrenOf(nameOrNumber: string): Iterable<Spec>;
}

/** A fixed copy of a spec, which does not change with the files. */
export function copyOf(spec: Spec): Spec {
  return { ...spec, documents: new Map(spec.documents) };
}

export interface SpecIndex extends Specs {
  put(document: IndexedDocument): void;
  remove(document: IndexedDocument): void;
}

interface Entry extends Spec {
  readonly documents: Map<string, IndexedDocument>;
  main: IndexedDocument | undefined;
  archivedDocuments: number;
}

type Names = Map<string, Set<Entry>>;

/** An empty index. */
export function createSpecIndex(): SpecIndex {
  const folders = new Map<string, Entry>();
  const names: Names = new Map();
  const children: Names = new Map();
  const open = (folder: string, spec: string, format: Format): Entry => {
    const entry: Entry = {
      spec,
      format,
      folder,
      documents: new Map(),
      main: undefined,
      archivedDocuments: 0,
      get archived() {
        return this.archivedDocuments > 0;
      },
    };
    folders.set(folder, entry);
    for (const name of namesOf(spec)) enter(names, name, entry);
    return entry;
  };
  const setMain = (entry: Entry, main: IndexedDocument | undefined) => {
    const [before, after] = [parentOf(entry.main), parentOf(main)];
    entry.main = main;
    if (before !== undefined) leave(children, before, entry);
    if (after !== undefined) enter(children, after, entry);
  };
  return {
    all: () => folders.values(),
    inFolder: (folder) => folders.get(folder),
    called: (name) => names.get(name) ?? [],
    childrenOf: (name) => children.get(name) ?? [],
    put: (document) => {
      const { folder, spec, format, kind, path, meta } = document;
      if (folder === undefined || spec === undefined) return;
      const entry = folders.get(folder) ?? open(folder, spec, format);
      entry.documents.set(path, document);
      if (meta.archived === true) entry.archivedDocuments += 1;
      if (kind === 'spec') setMain(entry, document);
    },
    remove: ({ folder, path, meta }) => {
      const entry = folders.get(folder ?? '');
      if (entry?.documents.delete(path) !== true) return;
      if (meta.archived === true) entry.archivedDocuments -= 1;
      if (entry.main?.path === path) setMain(entry, undefined);
      if (entry.documents.size > 0) return;
      folders.delete(entry.folder);
      for (const name of namesOf(entry.spec)) leave(names, name, entry);
    },
  };
}

function enter(map: Names, name: string, entry: Entry): void {
  map.set(name, (map.get(name) ?? new Set()).add(entry));
}

function leave(map: Names, name: string, entry: Entry): void {
  const entries = map.get(name);
  entries?.delete(entry);
  if (entries?.size === 0) map.delete(name);
}

function parentOf(main: IndexedDocument | undefined): string | undefined {
  const parent = main?.meta.parent;
  return typeof parent === 'string' ? parent.split('/').at(-1) : undefined;
}

/** The names of a spec: its name, and the number before the first `-`. */
export function namesOf(spec: string): readonly string[] {
  const number = /^(\d+)-/.exec(spec)?.[1];
  return number === undefined ? [spec] : [spec, number];
}
