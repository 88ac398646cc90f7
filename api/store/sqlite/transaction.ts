/** Transactions of the SQLite engine. */
import type { DatabaseSync } from 'node:sqlite';

/** Runs `work` in one `BEGIN IMMEDIATE`. If it throws or returns `undone`, nothing is written. */
export type Transaction = <Result>(work: (undone: <Value>(value: Value) => Value) => Result) => Result;

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
