/** The layout of the replica's database, and how one of an older release becomes this one: what a person typed or wished stays, what was read is read anew where it was kept in another way. */

/** One object store each. `feeds` has how far each feed is known, by feed; the key of an item is [feed, sort, key], of a body [machine, rev]; `records` has what is wished of the person's own, by id. */
export const stores = ['notes', 'feeds', 'items', 'bodies', 'wishes', 'drafts', 'records'] as const;
export type StoreName = (typeof stores)[number];

/** Those that hold what was read; of the notes, how far. */
export const storesRead = ['notes', 'feeds', 'items', 'bodies'] as const;

/** Goes up by one when the layout changes. 1: bodies unchecked. 2: a store a sort, one place in one stream. 3: items, and an offset a feed. 4: own records on their way. */
export const layout = 4;

/** Brings a database of layout `from` (0: there was none) to this one. */
export function upgradeLayout(database: IDBDatabase, transaction: IDBTransaction, from: number): void {
  const gone = from === 1 ? ['bodies', ...storesBefore] : from === 2 ? storesBefore : [];
  for (const store of gone) if (database.objectStoreNames.contains(store)) database.deleteObjectStore(store);
  for (const store of stores) if (!database.objectStoreNames.contains(store)) database.createObjectStore(store);
  if (from < 3) transaction.objectStore('notes').delete('progress');
}

const storesBefore = ['machines', 'documents', 'commands'] as const;
