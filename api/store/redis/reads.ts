/** Reads rows, tickets and logs of the Redis engine. */
import type { Entry, LogState, Row, Store } from '../store.ts';
import type { Layout } from './layout.ts';
import type { RedisLink } from './link.ts';
import { scripts } from './scripts.ts';

type Reads = Pick<Store, 'row' | 'rows' | 'list' | 'count' | 'ticket' | 'log' | 'entries' | 'trim'>;

/** The name of a row within its shard; a table's name has no line break. */
export function rowName(table: string, key: string): string {
  return `${table}\n${key}`;
}

/** A name after all rows of a table. Names sort by their bytes, so it ends with the character after the line break. */
const endOf = (table: string) => `(${table}\v`;

/** Prepares the reads. */
export function createReads(link: RedisLink, layout: Layout): Reads {
  const hash = (shard: string) => layout.key(shard, 'rows');
  return {
    ...createLogReads(link, layout),
    row: async (shard, table, key) => parseRow(await link.send(hash(shard), 'HGET', hash(shard), rowName(table, key))),
    rows: async (shard, names) => {
      if (names.length === 0) return [];
      const fields = names.map(({ table, key }) => rowName(table, key));
      return ((await link.send(hash(shard), 'HMGET', hash(shard), ...fields)) as unknown[]).map(parseRow);
    },
    list: async (shard, table, after, limit) => {
      const from = after === undefined ? `[${table}\n` : `(${rowName(table, after)}`;
      const args = [from, endOf(table), String(limit)];
      const found = (await link.run(scripts.list, layout.keys(shard), args)) as string[];
      return pairs(found).map(([name, text]) => ({ key: name.slice(table.length + 1), ...(parseRow(text) as Row) }));
    },
    count: async (shard, table) => {
      const names = layout.key(shard, 'keys');
      return Number(await link.send(names, 'ZLEXCOUNT', names, `[${table}\n`, endOf(table)));
    },
    ticket: async (shard, name) => {
      const [value, ends] = (await link.run(scripts.ticket, layout.keys(shard), [name])) as string[];
      return value === undefined ? undefined : { value, expiresAt: Number(ends) };
    },
  };
}

function createLogReads(link: RedisLink, layout: Layout): Pick<Store, 'log' | 'entries' | 'trim'> {
  const keysOf = (shard: string, log: string) => [...layout.keys(shard), layout.stream(shard, log)];
  const read = async (shard: string, log: string, after: number, limit: number) => {
    const args = [log, String(after), String(limit)];
    const reply = await link.run(scripts.entries, keysOf(shard, log), args);
    const [generation, first, last, entries] = reply as [string, number, number, [string, string[]][]];
    return { state: { generation, first, last } satisfies LogState, entries: entries.map(parseEntry) };
  };
  return {
    log: async (shard, log) => (await read(shard, log, 0, 0)).state,
    entries: async (shard, log, after, limit) => {
      const { state, entries } = await read(shard, log, after, limit);
      return { ...state, entries };
    },
    trim: async (shard, log, { entriesMax = '', ageMs = '', upTo = 0 }) => {
      await link.run(scripts.trim, keysOf(shard, log), [log, String(entriesMax), String(ageMs), String(upTo)]);
    },
  };
}

function parseRow(text: unknown): Row | undefined {
  if (typeof text !== 'string') return undefined;
  const colon = text.indexOf(':');
  return { value: text.slice(colon + 1), version: Number(text.slice(0, colon)) };
}

function parseEntry([id, [, at, , value = '']]: [string, string[]]): Entry {
  return { position: Number.parseInt(id, 10), at: Number(at), value };
}

/** Consecutive pairs of a flat list. */
export function pairs(flat: readonly string[]): [string, string][] {
  return Array.from({ length: flat.length / 2 }, (_, index) => [flat[index * 2] ?? '', flat[index * 2 + 1] ?? '']);
}
