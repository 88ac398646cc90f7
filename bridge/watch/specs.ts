/** An index of a project's specs: its documents by the folder of their spec. It is updated with each document, so that a command finds its spec without walking all files. */
import type { Format } from '#contract/document.ts';
import type { IndexedDocument } from './indexed-document.ts';

/** Documents by path. */
export interface Documents {
  readonly size: number;
  has(path: string): boolean;
  get(path: string): IndexedDocument | undefined;
  keys(): Iterable<string>;
  values(): Iterable<IndexedDocument>;
}

/** A spec: the documents of one folder. A live object; `copyOf` makes a fixed copy. */
export interface Spec {
  /** The name of its folder. */
  readonly spec: string;
  readonly format: Format;
  /** The folder in the project. */
  readonly folder: string;
  readonly archived: boolean;
  readonly documents: Documents;
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
export function copyOf({ spec, format, folder, archived, main, documents }: Spec): Spec {
  const fixed = new Map([...documents.values()].map((document) => [document.path, document]));
  return { spec, format, folder, archived, main, documents: fixed };
}

export interface SpecIndex extends Specs {
  put(document: IndexedDocument): void;
  remove(document: IndexedDocument): void;
}

/** Where the documents themselves are. */
export interface SpecSources {
  get(path: string): IndexedDocument | undefined;
  inFolder(folder: string): readonly IndexedDocument[];
}

/** What is kept of a spec. */
interface Entry {
  readonly spec: string;
  readonly format: Format;
  readonly folder: string;
  documents: number;
  archived: number;
  /** The path of its main document, and the parent that it names. */
  main: string | undefined;
  parent: string | undefined;
}

/** One entry, or several: a set for each name would weigh as much as the entry. */
type Names = Map<string, Entry | Set<Entry>>;

/** An empty index. */
export function createSpecIndex(sources: SpecSources): SpecIndex {
  const folders = new Map<string, Entry>();
  const names: Names = new Map();
  const children: Names = new Map();
  const open = (folder: string, spec: string, format: Format): Entry => {
    const entry = { spec, format, folder, documents: 0, archived: 0, main: undefined, parent: undefined };
    folders.set(folder, entry);
    for (const name of namesOf(spec)) enter(names, name, entry);
    return entry;
  };
  const setMain = (entry: Entry, main: IndexedDocument | undefined) => {
    if (entry.parent !== undefined) leave(children, entry.parent, entry);
    Object.assign(entry, { main: main?.path, parent: parentOf(main) });
    if (entry.parent !== undefined) enter(children, entry.parent, entry);
  };
  const specOf = (entry: Entry) => liveSpec(entry, sources);
  return {
    all: () => folders.values().map(specOf),
    inFolder: (folder) => {
      const entry = folders.get(folder);
      return entry && specOf(entry);
    },
    called: (name) => entriesOf(names, name).map(specOf),
    childrenOf: (name) => entriesOf(children, name).map(specOf),
    put: (document) => {
      const { folder, spec, format, kind, meta } = document;
      if (folder === undefined || spec === undefined) return;
      const entry = folders.get(folder) ?? open(folder, spec, format);
      entry.documents += 1;
      if (meta.archived === true) entry.archived += 1;
      if (kind === 'spec') setMain(entry, document);
    },
    remove: ({ folder, path, meta }) => {
      const entry = folders.get(folder ?? '');
      if (entry === undefined) return;
      entry.documents -= 1;
      if (meta.archived === true) entry.archived -= 1;
      if (entry.main === path) setMain(entry, undefined);
      if (entry.documents > 0) return;
      folders.delete(entry.folder);
      for (const name of namesOf(entry.spec)) leave(names, name, entry);
    },
  };
}

/** A spec as it is whenever somebody asks. */
function liveSpec(entry: Entry, { get, inFolder }: SpecSources): Spec {
  const { spec, format, folder } = entry;
  const own = () => inFolder(folder).filter((document) => document.folder === folder);
  const getOwn = (path: string) => {
    const document = get(path);
    return document?.folder === folder ? document : undefined;
  };
  return {
    ...{ spec, format, folder },
    get archived() {
      return entry.archived > 0;
    },
    get main() {
      return entry.main === undefined ? undefined : get(entry.main);
    },
    documents: {
      get size() {
        return entry.documents;
      },
      get: getOwn,
      has: (path) => getOwn(path) !== undefined,
      keys: () => own().map(({ path }) => path),
      values: own,
    },
  };
}

function entriesOf(map: Names, name: string): readonly Entry[] {
  const found = map.get(name);
  if (found === undefined) return [];
  return found instanceof Set ? [...found] : [found];
}

function enter(map: Names, name: string, entry: Entry): void {
  const found = map.get(name);
  if (found instanceof Set) found.add(entry);
  else map.set(name, found === undefined ? entry : new Set([found, entry]));
}

function leave(map: Names, name: string, entry: Entry): void {
  const found = map.get(name);
  if (found instanceof Set) found.delete(entry);
  if (found === entry || (found instanceof Set && found.size === 0)) map.delete(name);
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
