/** A project's documents as last read, so that a list or search reads from the store only what has changed since: each change of a machine's documents changes its row of sync. */
import { documentKey } from '#contract/document-key.ts';
import { limits } from '#contract/limits.ts';
import { machineShard } from '../../store/shards.ts';
import type { Store } from '../../store/store.ts';
import { documentTable, SYNC } from '../rows.ts';
import { type DocumentRow, readDocumentRow, type Searched, searchedOf } from './document-row.ts';

/** A document, by its path. */
export interface DocumentEntry extends DocumentRow {
  readonly path: string;
}

/** All documents of one project, in the order of their paths' UTF-8 bytes. */
export interface DocumentTable {
  readonly entries: readonly DocumentEntry[];
  /** `namesOf` each, by the same index. */
  names(): readonly string[];
}

export interface DocumentTables {
  /** Undefined for a table that is too large to keep: it is read in pieces. */
  of(machine: string, project: string): Promise<DocumentTable | undefined>;
}

interface Kept {
  readonly version: number;
  /** UTF-16 units of all entries; 0 of a table that is too large. */
  readonly length: number;
  readonly table: DocumentTable | undefined;
}

const ROWS_PER_READ = 500;
/** Tables that are kept, also empty ones and those that are too large. */
const TABLES_MAX = 1000;

/** Reads tables, and keeps those that were asked for last, `lengthMax` in all. */
export function createDocumentTables(store: Store, lengthMax: number = limits.documentTablesLengthMax): DocumentTables {
  /** The one asked for last stands last. */
  const kept = new Map<string, Kept>();
  let length = 0;
  const forget = (key: string) => {
    length -= kept.get(key)?.length ?? 0;
    kept.delete(key);
  };
  const keep = (key: string, read: Kept) => {
    forget(key);
    kept.set(key, read);
    length += read.length;
    for (const oldest of kept.keys()) {
      if (length <= lengthMax && kept.size <= TABLES_MAX) break;
      forget(oldest);
    }
  };
  const read = async (key: string, machine: string, project: string, version: number) => {
    const all = await readAll(store, machine, project, lengthMax);
    const table = all && createTable(all.entries);
    // What changed while it was read is in some of its pages and not in others: right to answer with, wrong to keep.
    if ((await versionOf(store, machine)) === version) keep(key, { version, table, length: all?.length ?? 0 });
    else forget(key);
    return table;
  };
  /** Under way, by table and version: many who ask at once cost one reading, and hold one. */
  const reading = new Map<string, Promise<DocumentTable | undefined>>();
  return {
    of: async (machine, project) => {
      const key = documentKey({ project, path: machine });
      const version = await versionOf(store, machine);
      const found = kept.get(key);
      if (found?.version === version) {
        keep(key, found);
        return found.table;
      }
      const name = `${version}\n${key}`;
      const running = reading.get(name) ?? read(key, machine, project, version).finally(() => reading.delete(name));
      reading.set(name, running);
      return await running;
    },
  };
}

async function versionOf(store: Store, machine: string): Promise<number> {
  return (await store.row(machineShard(machine), SYNC.table, SYNC.key))?.version ?? 0;
}

/** All entries and their length; undefined as soon as they are longer than `lengthMax`. */
async function readAll(store: Store, machine: string, project: string, lengthMax: number) {
  const entries: DocumentEntry[] = [];
  let length = 0;
  for await (const entry of eachDocument(store, machine, project, '')) {
    length += entry.json.length;
    if (length > lengthMax) return undefined;
    entries.push(entry);
  }
  return { entries, length };
}

/** A project's documents behind a path, read in pieces. */
export async function* eachDocument(
  store: Store,
  machine: string,
  project: string,
  start: string,
): AsyncGenerator<DocumentEntry> {
  for (let after: string | undefined = start; after !== undefined; ) {
    const rows = await store.list(machineShard(machine), documentTable(project), after, ROWS_PER_READ);
    for (const row of rows) {
      const found = readDocumentRow(row.key, row);
      if (found !== undefined) yield { path: row.key, ...found };
    }
    after = rows.length < ROWS_PER_READ ? undefined : rows.at(-1)?.key;
  }
}

function createTable(entries: readonly DocumentEntry[]): DocumentTable {
  let names: readonly string[] | undefined;
  return {
    entries,
    names: () => {
      names ??= entries.map(namesOf);
      return names;
    },
  };
}

/** Title, path and spec in lower case: what a search looks at. */
export function namesOf(entry: DocumentEntry): string {
  const { title = '', path = entry.path, spec = '' }: Partial<Searched> = searchedOf(entry) ?? {};
  return [title, path, spec].join('\n').toLowerCase();
}
