/** IndexedDB with promises, reduced to what the replica needs. */

/** Opens the database. `upgrade` first converts an older version (0: a new database). Rejects if the browser stores nothing. */
export function openDatabase(
  name: string,
  version: number,
  upgrade: (database: IDBDatabase, transaction: IDBTransaction, from: number) => void,
): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open(name, version);
    opening.onupgradeneeded = ({ oldVersion }) => {
      if (opening.transaction !== null) upgrade(opening.result, opening.transaction, oldVersion);
    };
    opening.onerror = () => reject(opening.error);
    opening.onblocked = () => reject(new Error('an older version of the app is open in another tab'));
    opening.onsuccess = () => {
      // Another tab has a newer version of the database; it must not wait for this one.
      opening.result.onversionchange = () => opening.result.close();
      resolve(opening.result);
    };
  });
}

/** The result of a request. */
export function result<Value>(request: IDBRequest<Value>): Promise<Value> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

/** Runs in one transaction, all or nothing, and resolves once it is stored. `run` may await only requests of this transaction. */
export async function transact<Value, Store extends string>(
  database: IDBDatabase,
  stores: readonly Store[],
  mode: 'readonly' | 'readwrite',
  run: (store: (name: Store) => IDBObjectStore) => Value | Promise<Value>,
): Promise<Value> {
  const transaction = database.transaction([...stores], mode);
  const kept = new Promise<void>((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onabort = () => reject(transaction.error ?? new Error('the transaction was aborted'));
  });
  try {
    const value = await run((name) => transaction.objectStore(name));
    await kept;
    return value;
  } catch (error) {
    tryAbort(transaction);
    await kept.catch(() => {});
    throw error;
  }
}

function tryAbort(transaction: IDBTransaction): void {
  try {
    transaction.abort();
  } catch {
    // The transaction has already ended, which is what we want.
  }
}
