/** The only write of the SQLite engine: checks every condition, then writes everything, in one `BEGIN IMMEDIATE`. */
import { randomBytes } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import type { AppendedAt, Commit, Committed, Expectation } from '../store.ts';
import { createTransaction, withoutSync } from './transaction.ts';

type Write = (shard: string, commit: Commit) => Committed;

/** Prepares the write. `nextVersion` returns a number that it has never returned before. */
export function createCommit(db: DatabaseSync, now: () => number, nextVersion: () => number): Write {
  const transaction = createTransaction(db);
  const holds = createChecks(db);
  const writeRows = createRowWrites(db);
  const writeLogs = createLogWrites(db);
  const writeBlobs = createBlobWrites(db);
  const write: Write = (shard, commit) =>
    transaction<Committed>((undone) => {
      const at = now();
      const mismatch = commit.expect?.find((expectation) => !holds(shard, expectation, at));
      if (mismatch !== undefined) return undone({ done: false, mismatch });
      writeRows(shard, commit, at, nextVersion());
      const appended = writeLogs(shard, commit, at);
      writeBlobs(shard, commit, at);
      return { done: true, now: at, appended };
    });
  return (shard, commit) => (commit.volatile ? withoutSync(db, () => write(shard, commit)) : write(shard, commit));
}

function createChecks(db: DatabaseSync) {
  const version = db.prepare('SELECT version FROM rows WHERE shard = ? AND name = ? AND key = ?');
  const ticket = db.prepare('SELECT value FROM ticket WHERE shard = ? AND name = ? AND expires > ?');
  const blob = db.prepare('SELECT 1 FROM blob WHERE shard = ? AND rev = ?');
  return (shard: string, expectation: Expectation, at: number): boolean => {
    if ('row' in expectation) {
      const { table, key } = expectation.row;
      return (version.get(shard, table, key)?.version ?? 0) === expectation.version;
    }
    if ('ticket' in expectation) {
      return (ticket.get(shard, expectation.ticket, at)?.value ?? null) === expectation.value;
    }
    return (blob.get(shard, expectation.blob) !== undefined) === expectation.whole;
  };
}

function createRowWrites(db: DatabaseSync) {
  const put = db.prepare('INSERT OR REPLACE INTO rows VALUES (?, ?, ?, ?, ?)');
  const remove = db.prepare('DELETE FROM rows WHERE shard = ? AND name = ? AND key = ?');
  const setTicket = db.prepare('INSERT OR REPLACE INTO ticket VALUES (?, ?, ?, ?)');
  const endTicket = db.prepare('DELETE FROM ticket WHERE shard = ? AND name = ?');
  const setDue = db.prepare('INSERT OR REPLACE INTO due VALUES (?, ?, ?)');
  const endDue = db.prepare('DELETE FROM due WHERE shard = ? AND id = ?');
  return (shard: string, commit: Commit, at: number, version: number): void => {
    for (const { table, key, value } of commit.put ?? []) put.run(shard, table, key, value, version);
    for (const { table, key } of commit.delete ?? []) remove.run(shard, table, key);
    for (const { name, value, ttlMs = Number.MAX_SAFE_INTEGER - at } of commit.tickets ?? []) {
      if (value === null) endTicket.run(shard, name);
      else setTicket.run(shard, name, value, Math.ceil(at + ttlMs));
    }
    for (const due of commit.due ?? []) {
      if (due.at === null) endDue.run(shard, due.id);
      else setDue.run(shard, due.id, Math.ceil(due.at));
    }
  };
}

function createLogWrites(db: DatabaseSync) {
  const clear = db.prepare('DELETE FROM entry WHERE shard = ? AND log = ?');
  const restart = db.prepare(
    `INSERT INTO log VALUES (?, ?, ?, 1, 0) ON CONFLICT DO UPDATE SET generation = excluded.generation, first = last + 1`,
  );
  const begin = db.prepare('INSERT INTO log VALUES (?, ?, ?, 1, 1) RETURNING generation, last');
  const advance = db.prepare('UPDATE log SET last = last + 1 WHERE shard = ? AND name = ? RETURNING generation, last');
  const append = db.prepare('INSERT INTO entry VALUES (?, ?, ?, ?, ?)');
  return (shard: string, commit: Commit, at: number): AppendedAt[] => {
    for (const log of commit.restart ?? []) {
      clear.run(shard, log);
      restart.run(shard, log, randomGeneration());
    }
    return (commit.append ?? []).map(({ log, value }) => {
      const advanced = advance.get(shard, log) ?? begin.get(shard, log, randomGeneration());
      const position = Number(advanced?.last);
      append.run(shard, log, position, at, value);
      return { position, generation: String(advanced?.generation) };
    });
  };
}

/** Random, so that a store that was restored from an older copy cannot create the same generation again. */
function randomGeneration(): string {
  return randomBytes(6).toString('base64url');
}

function createBlobWrites(db: DatabaseSync) {
  const add = db.prepare('INSERT INTO blob VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING');
  const pieces = db.prepare('SELECT bytes FROM piece WHERE shard = ? AND rev = ? ORDER BY start');
  const dropPieces = db.prepare('DELETE FROM piece WHERE shard = ? AND rev = ?');
  const hold = db.prepare('INSERT INTO holder VALUES (?, ?, ?) ON CONFLICT DO NOTHING');
  const release = db.prepare('DELETE FROM holder WHERE shard = ? AND rev = ? AND holder = ?');
  const mark = db.prepare(
    `UPDATE blob SET released = CASE WHEN EXISTS (SELECT 1 FROM holder h WHERE h.shard = blob.shard AND h.rev = blob.rev)
      THEN NULL ELSE ? END WHERE shard = ? AND rev = ?`,
  );
  return (shard: string, commit: Commit, at: number): void => {
    const touched = new Set<string>();
    for (const { rev, bytes } of commit.blobs ?? []) {
      if (add.run(shard, rev, at, bytes).changes) touched.add(rev);
    }
    for (const rev of commit.seal ?? []) {
      const parts = pieces.all(shard, rev).map(({ bytes }) => bytes as Uint8Array);
      if (parts.length > 0 && add.run(shard, rev, at, Buffer.concat(parts)).changes) touched.add(rev);
      dropPieces.run(shard, rev);
    }
    for (const { rev, holder } of commit.hold ?? []) if (hold.run(shard, rev, holder).changes) touched.add(rev);
    for (const { rev, holder } of commit.release ?? []) if (release.run(shard, rev, holder).changes) touched.add(rev);
    for (const rev of touched) mark.run(at, shard, rev);
  };
}
