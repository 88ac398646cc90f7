/** The embedded engine: SQLite through `node:sqlite`, one file, one process, WAL and synchronous FULL. The clock is the process's own. */
import type { DatabaseSync } from 'node:sqlite';
import { Problem } from '#contract/problems.ts';
import { type Around, storeWith } from '../around.ts';
import { createListeners } from '../listeners.ts';
import type { Store, StoreOptions } from '../store.ts';
import { createBlobReads } from './blobs.ts';
import { createCommit } from './commit.ts';
import { createReads } from './reads.ts';
import {
  copyDataFile,
  createShrink,
  openDataFile,
  sentenceOf,
  setHandle,
  shardedTables,
  sqliteCode,
} from './schema.ts';
import { createTransaction } from './transaction.ts';

/** Versions that one opening of the file can give; 2³² commits would take years. */
const VERSIONS_PER_OPENING = 2 ** 32;
/** How often expired tickets are deleted. */
const TICKET_SWEEP_MS = 60_000;

/** Opens or creates the data file at `path`; `:memory:` ends with the process. Throws StoreRefused. */
export function openSqlite(path: string, { now = Date.now }: StoreOptions = {}): Store {
  const { db, handle: first, opens } = openDataFile(path);
  let handle = first;
  let version = opens * VERSIONS_PER_OPENING;
  const commit = createCommit(db, now, () => ++version);
  const listeners = createListeners();
  const store: Store = {
    get handle() {
      return handle;
    },
    now,
    rehandle: async () => {
      handle = setHandle(db);
    },
    ...createReads(db, now),
    ...createBlobReads(db, now),
    ...createUpkeep(db, now),
    commit: async (shard, asked) => {
      const committed = commit(shard, asked);
      listeners.wakeOwn(shard, asked, committed);
      return committed;
    },
    listen: listeners.listen,
    touch: async () => {},
    backup: (path) => copyDataFile(db, path),
    [Symbol.asyncDispose]: async () => {
      if (db.isOpen) db.close();
    },
  };
  return storeWith(store, translateFor(path));
}

function createUpkeep(db: DatabaseSync, now: () => number): Pick<Store, 'due' | 'drop' | 'size'> {
  const due = db.prepare('SELECT shard, id, at FROM due WHERE at <= ? ORDER BY at LIMIT ?');
  const pages = db.prepare('SELECT page_count * page_size AS bytes FROM pragma_page_count, pragma_page_size');
  const endTickets = db.prepare('DELETE FROM ticket WHERE expires <= ?');
  const drops = shardedTables.map((table) => db.prepare(`DELETE FROM ${table} WHERE shard = ?`));
  const transaction = createTransaction(db);
  const shrink = createShrink(db);
  let ticketsSweptAt = 0;
  return {
    due: async (limit) => {
      if (now() - ticketsSweptAt > TICKET_SWEEP_MS) {
        endTickets.run(now());
        ticketsSweptAt = now();
      }
      shrink();
      return due
        .all(now(), limit)
        .map(({ shard, id, at }) => ({ shard: String(shard), id: String(id), at: Number(at) }));
    },
    size: async () => Number(pages.get()?.bytes),
    drop: async (shard) => {
      transaction(() => {
        for (const drop of drops) drop.run(shard);
      });
    },
  };
}

/** SQLITE_BUSY, READONLY, IOERR, CORRUPT, FULL, CANTOPEN: failures of the disk, not defects (https://sqlite.org/rescode.html). */
const storeAway: ReadonlySet<number | undefined> = new Set([5, 8, 10, 11, 13, 14]);

/** Turns failures of the disk into a problem; other errors stay defects. The message names the file and is only for the operator. */
function translateFor(path: string): Around {
  return async (_, call) => {
    try {
      return await call();
    } catch (cause) {
      if (!storeAway.has(sqliteCode(cause))) throw cause;
      throw new Problem('store-away', undefined, {}, new Error(sentenceOf(path, cause), { cause }));
    }
  };
}
