/** The layout of the replica's database, and its upgrade from older releases. Drafts and wishes stay; what was read is read again if its layout has changed. */

/** The object stores. `feeds` has the offset of each feed; the key of an item is [feed, sort, key], of a body [machine, rev]; `records` has pending changes of the person's own records, by id; `channels` what screens keep of channels, by record, and of checks, by machine. */
export const stores = ['notes', 'feeds', 'items', 'bodies', 'wishes', 'drafts', 'records', 'channels'] as const;
export type StoreName = (typeof stores)[number];

/** Those that hold what was read; of the notes, how far. */
export const storesRead = ['notes', 'feeds', 'items', 'bodies', 'channels'] as const;

/** Raise it by one when the layout changes. 1: bodies unchecked. 2: a store for each sort, one place in one stream. 3: items, and an offset for each feed. 4: pending own records. 5: channels. */
export const layout = 5;

/** Upgrades a database of layout `from` (0: a new one) to this one. */
export function upgradeLayout(database: IDBDatabase, transaction: IDBTransaction, from: number): void {
  const gone = from === 1 ? ['bodies', ...storesBefore] : from === 2 ? storesBefore : [];
  for (const store of gone) if (database.objectStoreNames.contains(store)) database.deleteObjectStore(store);
  for (const store of stores) if (!database.objectStoreNames.contains(store)) database.createObjectStore(store);
  if (from < 3) transaction.objectStore('notes').delete('progress');
}

const storesBefore = ['machines', 'documents', 'commands'] as const;
