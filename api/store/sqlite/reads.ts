/** Reads rows, tickets and logs of the SQLite engine. */
import type { DatabaseSync, SQLOutputValue } from 'node:sqlite';
import type { LogState, Row, Store } from '../store.ts';
import { createTransaction } from './transaction.ts';

type Reads = Pick<Store, 'row' | 'rows' | 'list' | 'count' | 'ticket' | 'log' | 'entries' | 'trim'>;

/** Prepares the reads. */
export function createReads(db: DatabaseSync, now: () => number): Reads {
  const get = db.prepare('SELECT value, version FROM rows WHERE shard = ? AND name = ? AND key = ?');
  const list = db.prepare(
    'SELECT key, value, version FROM rows WHERE shard = ? AND name = ? AND key > ? ORDER BY key LIMIT ?',
  );
  const count = db.prepare('SELECT count(*) AS n FROM rows WHERE shard = ? AND name = ?');
  const ticket = db.prepare('SELECT value, expires FROM ticket WHERE shard = ? AND name = ? AND expires > ?');
  const row = (shard: string, table: string, key: string): Row | undefined => {
    const found = get.get(shard, table, key);
    return found && { value: String(found.value), version: Number(found.version) };
  };
  return {
    ...createLogReads(db, now),
    row: async (shard, table, key) => row(shard, table, key),
    rows: async (shard, names) => names.map(({ table, key }) => row(shard, table, key)),
    list: async (shard, table, after, limit) =>
      list.all(shard, table, after ?? '', limit).map(({ key, value, version }) => ({
        key: String(key),
        value: String(value),
        version: Number(version),
      })),
    count: async (shard, table) => Number(count.get(shard, table)?.n),
    ticket: async (shard, name) => {
      const found = ticket.get(shard, name, now());
      return found && { value: String(found.value), expiresAt: Number(found.expires) };
    },
  };
}

function createLogReads(db: DatabaseSync, now: () => number): Pick<Store, 'log' | 'entries' | 'trim'> {
  const state = db.prepare('SELECT generation, first, last FROM log WHERE shard = ? AND name = ?');
  const entries = db.prepare(
    'SELECT position, at, value FROM entry WHERE shard = ? AND log = ? AND position > ? ORDER BY position LIMIT ?',
  );
  const newestBefore = db.prepare(
    'SELECT coalesce(max(position), 0) AS position FROM entry WHERE shard = ? AND log = ? AND at < ?',
  );
  const cut = db.prepare('DELETE FROM entry WHERE shard = ? AND log = ? AND position <= ?');
  const transaction = createTransaction(db);
  const setFirst = db.prepare('UPDATE log SET first = max(first, ?) WHERE shard = ? AND name = ?');
  return {
    log: async (shard, log) => logState(state.get(shard, log)),
    entries: async (shard, log, after, limit) => ({
      ...logState(state.get(shard, log)),
      entries: entries.all(shard, log, after, limit).map(({ position, at, value }) => ({
        position: Number(position),
        at: Number(at),
        value: String(value),
      })),
    }),
    trim: async (shard, log, { entriesMax, ageMs, upTo: wanted = 0 }) => {
      const { first, last } = logState(state.get(shard, log));
      const tooMany = entriesMax === undefined ? 0 : last - entriesMax;
      const tooOld = ageMs === undefined ? 0 : Number(newestBefore.get(shard, log, now() - ageMs)?.position);
      const upTo = Math.max(tooMany, tooOld, Math.min(wanted, last));
      if (upTo < first) return;
      transaction(() => {
        cut.run(shard, log, upTo);
        setFirst.run(upTo + 1, shard, log);
      });
    },
  };
}

function logState(found: Record<string, SQLOutputValue> | undefined): LogState {
  if (found === undefined) return { generation: '', first: 1, last: 0 };
  return { generation: String(found.generation), first: Number(found.first), last: Number(found.last) };
}
