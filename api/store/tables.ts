/**
 * What the store's texts hold. Every table and every sort of ticket is declared once, with a schema. What is read is
 * checked, and a value in the layout of an earlier release is upgraded as it is read. Fields that the schema does not
 * name stay as they are, so that a newer release finds its own again.
 */
import { channel } from 'node:diagnostics_channel';
import * as v from 'valibot';
import type { KeyedRow, Row, RowName, Store } from './store.ts';

/** A text of the store is not what its table declares: the store is damaged, or a newer release wrote it. A defect for whoever asked for this one value. */
export class Unreadable extends Error {
  override readonly name = 'Unreadable';
}

/** Hears of each value that a list left out, as `{table, row}`. */
export const unreadable = channel('sallyport:unreadable');

/** What a text of the store holds. */
export interface Layout<Value> {
  /** Throws Unreadable. */
  parse(text: string): Value;
  format(value: Value): string;
}

/** A value as read, with the version to expect. */
export interface Versioned<Value> {
  readonly value: Value;
  readonly version: number;
}

/** A value of a list. */
export interface Keyed<Value> extends Versioned<Value> {
  readonly key: string;
}

/** `next` is the `after` of the following page; undefined at the end. */
export interface TablePage<Value> {
  readonly rows: readonly Keyed<Value>[];
  readonly next: string | undefined;
}

export interface Table<Value> {
  readonly name: string;
  /** The table of the same sort that belongs to `owner`. */
  of(owner: string): Table<Value>;
  /** Names a row. */
  at(key: string): RowName;
  /** A row as a commit writes it. */
  put(key: string, value: Value): RowName & { readonly value: string };
  /** The value of a row. Throws Unreadable. */
  parse(row: Row): Versioned<Value>;
  /** Undefined where there is no such row. Throws Unreadable. */
  get(store: Store, shard: string, key: string): Promise<Versioned<Value> | undefined>;
  /** Several rows as of one moment, in the order of their keys; undefined where there is none, or it cannot be read. */
  getAll(store: Store, shard: string, keys: readonly string[]): Promise<readonly (Versioned<Value> | undefined)[]>;
  /** Those of these rows that can be read: one that cannot must not stop a list or a sweep. It stays in the store. */
  readable(rows: readonly KeyedRow[]): readonly Keyed<Value>[];
  /** A page of at most `limit` rows in the order of their keys, without those that cannot be read. */
  list(store: Store, shard: string, after: string | undefined, limit: number): Promise<TablePage<Value>>;
  /** All rows that can be read, in pieces. */
  each(store: Store, shard: string): AsyncIterable<Keyed<Value>>;
}

/** Rows that are read at a time. */
const ROWS_PER_READ = 500;

/**
 * JSON of this schema. `upgrade` makes a value of the layout before into one of now; it is asked only about what the
 * schema does not take, so a new layout must not look like the old one. What it makes is checked too.
 */
export function defineLayout<Schema extends v.GenericSchema>(
  what: string,
  schema: Schema,
  upgrade: (before: unknown) => unknown = () => undefined,
): Layout<v.InferInput<Schema>> {
  return {
    parse: (text) => {
      const found = parseJson(text);
      if (v.is(schema, found)) return found;
      const upgraded = upgrade(found);
      if (v.is(schema, upgraded)) return upgraded;
      throw new Unreadable(`A value of ${what} is not what it should be`);
    },
    format: (value) => JSON.stringify(value),
  };
}

/** Texts that are remembered with their values. */
const REMEMBERED_MAX = 200;

/** The same layout, but a text that was parsed lately is not parsed again. For rows that every call reads and few change; readers share the value, so they must not change it. */
export function remembering<Value>(layout: Layout<Value>): Layout<Value> {
  /** The one that was read last stands last. */
  const parsed = new Map<string, Value>();
  return {
    ...layout,
    parse: (text) => {
      const value = parsed.get(text) ?? layout.parse(text);
      parsed.delete(text);
      parsed.set(text, value);
      for (const oldest of parsed.keys()) {
        if (parsed.size <= REMEMBERED_MAX) break;
        parsed.delete(oldest);
      }
      return value;
    },
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Declares a table of JSON values; `upgrade` as `defineLayout` has it. */
export function defineTable<Schema extends v.GenericSchema>(
  name: string,
  schema: Schema,
  upgrade?: (before: unknown) => unknown,
): Table<v.InferInput<Schema>> {
  return createTable(name, defineLayout(`the table ${name}`, schema, upgrade));
}

/** Declares a table of plain texts. */
export function defineTextTable(name: string): Table<string> {
  return createTable(name, { parse: (text) => text, format: (text) => text });
}

function createTable<Value>(name: string, layout: Layout<Value>): Table<Value> {
  const parse = ({ value, version }: Row) => ({ value: layout.parse(value), version });
  const readable = (rows: readonly KeyedRow[]) => readableOf(name, layout, rows);
  const list: Table<Value>['list'] = async (store, shard, after, limit) => {
    const rows = await store.list(shard, name, after, limit);
    return { rows: readable(rows), next: rows.length < limit ? undefined : rows.at(-1)?.key };
  };
  return {
    name,
    of: (owner) => createTable(`${name}:${owner}`, layout),
    at: (key) => ({ table: name, key }),
    put: (key, value) => ({ table: name, key, value: layout.format(value) }),
    parse,
    get: async (store, shard, key) => {
      const row = await store.row(shard, name, key);
      return row && parse(row);
    },
    getAll: async (store, shard, keys) => {
      if (keys.length === 0) return [];
      const rows = await store.rows(
        shard,
        keys.map((key) => ({ table: name, key })),
      );
      return rows.map((row, at) => row && readable([{ ...row, key: keys[at] ?? '' }])[0]);
    },
    readable,
    list,
    each: async function* (store, shard) {
      let after: string | undefined;
      do {
        const page: TablePage<Value> = await list(store, shard, after, ROWS_PER_READ);
        yield* page.rows;
        after = page.next;
      } while (after !== undefined);
    },
  };
}

function readableOf<Value>(what: string, layout: Layout<Value>, rows: readonly KeyedRow[]): readonly Keyed<Value>[] {
  return rows.flatMap(({ key, value, version }) => {
    const found = tryParse(layout, value, what, key);
    return found === undefined ? [] : [{ key, value: found, version }];
  });
}

/** The value of a text, or undefined where it cannot be read, which is then told. */
export function tryParse<Value>(layout: Layout<Value>, text: string, what: string, key: string): Value | undefined {
  try {
    return layout.parse(text);
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error;
    unreadable.publish({ table: what, row: key });
    return undefined;
  }
}

/** The value of a row; `absent` at version 0 where there is none. Throws Unreadable. */
export function parseOr<Value>(layout: Layout<Value>, row: Row | undefined, absent: Value): Versioned<Value> {
  return row === undefined ? { value: absent, version: 0 } : { value: layout.parse(row.value), version: row.version };
}
