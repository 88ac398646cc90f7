/** The tables of the SQLite engine. Opens, creates or refuses a data file. */
import { randomBytes } from 'node:crypto';
import { closeSync, openSync, statfsSync, unlinkSync } from 'node:fs';
import { dirname } from 'node:path';
import { backup, DatabaseSync } from 'node:sqlite';
import { reasonOf } from '#contract/reason.ts';
import { StoreRefused } from '../store.ts';

/** Marks our files (`PRAGMA application_id`, "SLPT") and their layout (`PRAGMA user_version`). */
const APPLICATION = 0x53_4c_50_54;
const SCHEMA = 1;

const tables = `
  CREATE TABLE store (name TEXT PRIMARY KEY, value ANY) STRICT, WITHOUT ROWID;
  CREATE TABLE rows (shard TEXT NOT NULL, name TEXT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL,
    version INTEGER NOT NULL, PRIMARY KEY (shard, name, key)) STRICT, WITHOUT ROWID;
  CREATE TABLE ticket (shard TEXT NOT NULL, name TEXT NOT NULL, value TEXT NOT NULL, expires INTEGER NOT NULL,
    PRIMARY KEY (shard, name)) STRICT, WITHOUT ROWID;
  CREATE INDEX ticket_expires ON ticket (expires);
  CREATE TABLE log (shard TEXT NOT NULL, name TEXT NOT NULL, generation TEXT NOT NULL, first INTEGER NOT NULL,
    last INTEGER NOT NULL, PRIMARY KEY (shard, name)) STRICT, WITHOUT ROWID;
  CREATE TABLE entry (shard TEXT NOT NULL, log TEXT NOT NULL, position INTEGER NOT NULL, at INTEGER NOT NULL,
    value TEXT NOT NULL, PRIMARY KEY (shard, log, position)) STRICT, WITHOUT ROWID;
  CREATE TABLE blob (shard TEXT NOT NULL, rev TEXT NOT NULL, released INTEGER, bytes BLOB NOT NULL,
    PRIMARY KEY (shard, rev)) STRICT;
  CREATE TABLE piece (shard TEXT NOT NULL, rev TEXT NOT NULL, start INTEGER NOT NULL, at INTEGER NOT NULL,
    bytes BLOB NOT NULL, PRIMARY KEY (shard, rev, start)) STRICT;
  CREATE TABLE holder (shard TEXT NOT NULL, rev TEXT NOT NULL, holder TEXT NOT NULL,
    PRIMARY KEY (shard, rev, holder)) STRICT, WITHOUT ROWID;
  CREATE TABLE due (shard TEXT NOT NULL, id TEXT NOT NULL, at INTEGER NOT NULL,
    PRIMARY KEY (shard, id)) STRICT, WITHOUT ROWID;
  CREATE INDEX due_at ON due (at);
`;

/** Every table that has a column `shard`. */
export const shardedTables = ['rows', 'ticket', 'log', 'entry', 'blob', 'piece', 'holder', 'due'] as const;

/** An open data file: the store's `handle`, and in `opens` how often the file has been opened, including this time. */
export interface DataFile {
  readonly db: DatabaseSync;
  readonly handle: string;
  readonly opens: number;
}

/** Opens or creates a data file (mode 0600) for this process alone. Throws StoreRefused if it is in use, of a newer release, or not ours. */
export function openDataFile(path: string): DataFile {
  const db = openDatabase(path);
  try {
    // Exclusive before WAL: the index of the write-ahead log is then kept in memory, and a second process is refused.
    // Before the first table: a file that is new gives back the pages that it does not need.
    db.exec('PRAGMA auto_vacuum = INCREMENTAL;');
    db.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;');
    db.exec('PRAGMA trusted_schema = OFF; PRAGMA temp_store = MEMORY; PRAGMA journal_size_limit = 67108864;');
    db.exec('BEGIN IMMEDIATE');
    checkSchema(db, path);
    const opens = Number(value(db, 'opens') ?? 0) + 1;
    db.prepare('INSERT OR REPLACE INTO store VALUES (?, ?)').run('opens', opens);
    const handle = value(db, 'handle');
    const own = handle === undefined ? setHandle(db) : String(handle);
    db.exec('COMMIT');
    makeShrinkable(db);
    return { db, handle: own, opens };
  } catch (cause) {
    db.close();
    throw refusal(path, cause);
  }
}

/** `PRAGMA auto_vacuum` of a file that gives pages back, a number at a time. */
const INCREMENTAL = 2;
/** A file of an older release is rewritten at its opening, unless that would take long; a larger one keeps its size. */
const REWRITTEN_BYTES_MAX = 256 * 1024 * 1024;

function makeShrinkable(db: DatabaseSync): void {
  if (pragma(db, 'auto_vacuum') === INCREMENTAL) return;
  if (pragma(db, 'page_count') * pragma(db, 'page_size') > REWRITTEN_BYTES_MAX) return;
  try {
    db.exec(`PRAGMA auto_vacuum = ${INCREMENTAL}; VACUUM;`);
  } catch (cause) {
    // It takes the same space once more: without it the file serves as before.
    if (sqliteCode(cause) !== FULL) throw cause;
  }
}

/** Gives free pages back, a bounded number; some stay, for what comes next. */
export function createShrink(db: DatabaseSync): () => void {
  const free = db.prepare(
    'SELECT freelist_count AS free, page_count AS pages FROM pragma_freelist_count, pragma_page_count',
  );
  return () => {
    const { free: unused, pages } = free.get() ?? {};
    if (Number(unused) > SPARE_PAGES + Number(pages) * SPARE_PART) db.exec(`PRAGMA incremental_vacuum(${GIVEN_PAGES})`);
  };
}

/** Free pages that a file keeps: so many, and a part of all. */
const SPARE_PAGES = 1000;
const SPARE_PART = 0.1;
/** Pages (of 4 KiB) that are given back at a time. */
const GIVEN_PAGES = 500;

/** Writes a consistent copy to the empty file at `path`, including what is committed while it runs. */
export async function copyDataFile(db: DatabaseSync, path: string): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      await backup(db, path);
      return;
    } catch (cause) {
      if (tries === COPY_TRIES_MAX || sqliteCode(cause) !== BEGAN_IN_A_WRITE) throw cause;
    }
  }
}

/** How often in a row a copy may begin in the midst of a write. */
const COPY_TRIES_MAX = 100;
/** The first step of a copy is on another thread; where it meets an open transaction, Node gives up with "not an error". */
const BEGAN_IN_A_WRITE = 0;

function openDatabase(path: string): DatabaseSync {
  try {
    if (path !== ':memory:') closeSync(openSync(path, 'a', 0o600));
    return new DatabaseSync(path, { timeout: 1000 });
  } catch (cause) {
    throw refusal(path, cause);
  }
}

function checkSchema(db: DatabaseSync, path: string): void {
  const application = pragma(db, 'application_id');
  const schema = pragma(db, 'user_version');
  if (application === 0 && schema === 0 && pragma(db, 'schema_version') === 0) {
    db.exec(`${tables} PRAGMA application_id = ${APPLICATION}; PRAGMA user_version = ${SCHEMA};`);
  } else if (application !== APPLICATION) {
    throw new StoreRefused(`${path} is a database, but not one of Sallyport's. Choose another file.`);
  } else if (schema > SCHEMA) {
    throw new StoreRefused(
      `${path} was written by a newer Sallyport (layout ${schema}, this one knows ${SCHEMA}). Update Sallyport.`,
    );
  }
}

function pragma(db: DatabaseSync, name: string): number {
  return Number(Object.values(db.prepare(`PRAGMA ${name}`).get() ?? {})[0]);
}

/** Gives the store a new, random handle and returns it. */
export function setHandle(db: DatabaseSync): string {
  const handle = randomBytes(9).toString('base64url');
  db.prepare('INSERT OR REPLACE INTO store VALUES (?, ?)').run('handle', handle);
  return handle;
}

function value(db: DatabaseSync, name: string): unknown {
  return db.prepare('SELECT value FROM store WHERE name = ?').get(name)?.value;
}

function refusal(path: string, cause: unknown): StoreRefused {
  return cause instanceof StoreRefused ? cause : new StoreRefused(sentenceOf(path, cause), { cause });
}

/** Says in a sentence or two why the file at `path` cannot be used, and what to do, by the codes of https://sqlite.org/rescode.html. */
export function sentenceOf(path: string, cause: unknown): string {
  const reason = reasonOf(cause);
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  // Of the file itself, before SQLite looks at it.
  if (code === 'EROFS')
    return `The file system of ${path} is read-only. Make it writable, or choose another data folder.`;
  if (code === 'EACCES' || code === 'EPERM')
    return `${path} cannot be read and written by this user. Check who owns it, and its folder.`;
  switch (sqliteCode(cause)) {
    case 5: // SQLITE_BUSY
    case 6: // SQLITE_LOCKED
      return `${path} is in use by another process. Stop that one, or choose another data folder.`;
    case 8: // SQLITE_READONLY
      return `${path} cannot be written to. Check who owns it, and its folder.`;
    case 11: // SQLITE_CORRUPT
      return `${path} is damaged (${reason}). Put a backup in its place, or repair it: sqlite3 ${path} .recover | sqlite3 repaired.sqlite`;
    case FULL:
      return fullAt(path);
    case 10: // SQLITE_IOERR, which is also what comes of a log for which there is no space
      if (hasNoSpace(path)) return fullAt(path);
      return isReadOnly(path)
        ? `The file system of ${path} has become read-only, as the system does where a disk fails. Stop the relay, check the disk (fsck), mount it again, and start the relay; nothing that was answered is lost.`
        : `${path} cannot be used: ${reason}. Look at its disk.`;
    case 26: // SQLITE_NOTADB
      return `${path} is not a database, or its first page is damaged. Put a backup in its place, or choose another file.`;
    default:
      return `${path} cannot be used: ${reason}.`;
  }
}

/** SQLITE_FULL. */
const FULL = 13;

function fullAt(path: string): string {
  return `The disk that holds ${path} is full. Make space; nothing that was answered is lost.`;
}

function hasNoSpace(path: string): boolean {
  try {
    return statfsSync(dirname(path)).bavail === 0;
  } catch {
    return false;
  }
}

/** Whether no file can be made beside it. */
function isReadOnly(path: string): boolean {
  const probe = `${path}-writable-${randomBytes(6).toString('hex')}`;
  try {
    closeSync(openSync(probe, 'wx', 0o600));
    unlinkSync(probe);
    return false;
  } catch (cause) {
    return cause instanceof Error && 'code' in cause && cause.code === 'EROFS';
  }
}

/** The primary result code of a SQLite error; undefined for other errors. */
export function sqliteCode(cause: unknown): number | undefined {
  const code = cause instanceof Error && 'errcode' in cause ? cause.errcode : undefined;
  return typeof code === 'number' ? code & 0xff : undefined;
}
