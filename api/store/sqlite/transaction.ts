/** Transactions of the SQLite engine. */
import type { DatabaseSync } from 'node:sqlite';

/** Runs `work` in one `BEGIN IMMEDIATE`. If it throws or returns `undone`, nothing is written. */
export type Transaction = <Result>(work: (undone: <Value>(value: Value) => Value) => Result) => Result;

/** Runs a write that does not wait for the disk: it may be lost in a power cut, but not when only the process ends. */
export function withoutSync<Result>(db: DatabaseSync, write: () => Result): Result {
  // In WAL mode, NORMAL leaves the sync of the log to the next FULL commit or to the operating system.
  db.exec('PRAGMA synchronous = NORMAL');
  try {
    return write();
  } finally {
    db.exec('PRAGMA synchronous = FULL');
  }
}

/** Prepares transactions on an open database. */
export function createTransaction(db: DatabaseSync): Transaction {
  const begin = db.prepare('BEGIN IMMEDIATE');
  const end = db.prepare('COMMIT');
  const undo = db.prepare('ROLLBACK');
  return (work) => {
    begin.run();
    try {
      const result = work((value) => {
        undo.run();
        return value;
      });
      if (db.isTransaction) end.run();
      return result;
    } catch (cause) {
      if (db.isTransaction) undo.run();
      throw cause;
    }
  };
}
