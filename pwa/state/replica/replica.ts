/** The last known state in IndexedDB, so that the app opens at once and works offline. Items and offsets of feeds are written in one transaction, so that a crash leaves no gap. */

import type { Ladder } from '#contract/ladder.ts';
import type { Me } from '#contract/people.ts';
import { type Changes, changedItems, eachChange, noChanges, type Offsets } from '../facts/facts.ts';
import { type Draft, draftKey } from '../wishes/drafts.ts';
import type { RecordWish } from '../wishes/own-records.ts';
import type { WishKept } from '../wishes/wish.ts';
import type { BodyKept } from './checked-body.ts';
import { openDatabase, result, transact } from './database.ts';
import type { Visits } from './kept-machines.ts';
import { layout, type StoreName, stores, storesRead, upgradeLayout } from './layout.ts';

/** The state of the facts. */
export interface Progress {
  /** Handle of the relay's store that the offsets refer to. */
  readonly handle: string | undefined;
  /** Random, and new with each write, so that tabs can tell whether they have the same state. */
  readonly mark: string | undefined;
  /** By feed. A feed without an offset must be read first. */
  readonly offsets: ReadonlyMap<string, string>;
}

/** Other notes. */
export interface Notes {
  readonly me?: Me;
  readonly heardAt?: number;
  readonly ladder?: Ladder;
  readonly visits?: Visits;
}

/** The content of one write. */
export interface Step {
  readonly changes: Changes;
  readonly offsets: Offsets;
  readonly handle: string | undefined;
  readonly mark: string;
}

export interface Restored {
  readonly progress: Progress;
  readonly notes: Notes;
  /** All facts, as changes of empty facts. */
  readonly changes: Changes;
  readonly wishes: readonly WishKept[];
  readonly drafts: readonly Draft[];
  readonly records: readonly RecordWish[];
  /** Revs whose bodies are here, by machine. */
  readonly bodies: ReadonlyMap<string, ReadonlySet<string>>;
}

/** If the browser stores nothing (any longer), writes reject and reads find nothing. */
export interface Replica {
  /** Whether the browser stores anything beyond this page. */
  readonly kept: boolean;
  restore(): Promise<Restored>;
  commit(step: Step): Promise<void>;
  note(notes: Notes): Promise<void>;
  /** As it was written; not checked again. */
  body(machine: string, rev: string): Promise<BodyKept | undefined>;
  putBodies(machine: string, bodies: ReadonlyMap<string, BodyKept>): Promise<void>;
  dropBodies(machine: string, revs: readonly string[]): Promise<void>;
  putWish(wish: WishKept): Promise<void>;
  deleteWish(id: string): Promise<void>;
  putDraft(draft: Draft): Promise<void>;
  deleteDraft(key: string): Promise<void>;
  putRecord(wish: RecordWish): Promise<void>;
  deleteRecord(id: string): Promise<void>;
  /** Runs on what is kept of channels, in one transaction. */
  channels<Value>(run: (store: IDBObjectStore) => Promise<Value>): Promise<Value | undefined>;
  /** Forgets everything. */
  empty(): Promise<void>;
  /** Drops what was read. The person, their drafts and pending wishes stay. */
  emptyRead(): Promise<void>;
}

/** The replica of this browser, or one that stores nothing if the browser has no IndexedDB. */
export async function openReplica(): Promise<Replica> {
  try {
    return replicaIn(await openDatabase('sallyport', layout, upgradeLayout));
  } catch {
    return createForgetfulReplica();
  }
}

function replicaIn(database: IDBDatabase): Replica {
  const write = (store: StoreName, run: (store: IDBObjectStore) => void) =>
    transact(database, [store], 'readwrite', (open) => run(open(store)));
  return {
    kept: true,
    restore: () => transact(database, stores, 'readonly', restoreFrom),
    commit: (step) => transact(database, ['notes', 'feeds', 'items'], 'readwrite', (open) => keepStep(open, step)),
    note: (notes) =>
      write('notes', (store) => {
        for (const [name, value] of Object.entries(notes)) store.put(value, name);
      }),
    body: (machine, rev) =>
      transact(database, ['bodies'], 'readonly', (open) =>
        result<BodyKept | undefined>(open('bodies').get([machine, rev])),
      ),
    putBodies: (machine, bodies) =>
      write('bodies', (store) => {
        for (const [rev, body] of bodies) store.put(body, [machine, rev]);
      }),
    dropBodies: (machine, revs) =>
      write('bodies', (store) => {
        for (const rev of revs) store.delete([machine, rev]);
      }),
    putWish: (wish) => write('wishes', (store) => void store.put(wish, wish.id)),
    deleteWish: (id) => write('wishes', (store) => void store.delete(id)),
    putDraft: (draft) => write('drafts', (store) => void store.put(draft, draftKey(draft.machine, draft.document))),
    deleteDraft: (key) => write('drafts', (store) => void store.delete(key)),
    putRecord: (wish) => write('records', (store) => void store.put(wish, wish.id)),
    deleteRecord: (id) => write('records', (store) => void store.delete(id)),
    channels: (run) => transact(database, ['channels'], 'readwrite', (open) => run(open('channels'))),
    emptyRead: () =>
      transact(database, storesRead, 'readwrite', (open) => {
        for (const store of storesRead) if (store !== 'notes') open(store).clear();
        open('notes').delete('progress');
      }),
    empty: () =>
      transact(database, stores, 'readwrite', (open) => {
        for (const store of stores) open(store).clear();
      }),
  };
}

function keepStep(
  open: (name: 'notes' | 'feeds' | 'items') => IDBObjectStore,
  { changes, offsets, handle, mark }: Step,
): void {
  const [items, feeds] = [open('items'), open('feeds')];
  for (const [sort, feed, key, value] of eachChange(changes)) putOrDelete(items, [feed, sort, key], value);
  for (const [feed, offset] of offsets) putOrDelete(feeds, feed, offset);
  open('notes').put({ handle, mark }, 'progress');
}

function putOrDelete(store: IDBObjectStore, key: IDBValidKey, value: unknown): void {
  if (value === null) store.delete(key);
  else store.put(value, key);
}

async function restoreFrom(open: (name: StoreName) => IDBObjectStore): Promise<Restored> {
  const [notes, offsets, itemKeys, items, bodyKeys, wishes, drafts, records] = await Promise.all([
    byKey<unknown>(open('notes')),
    byKey<string>(open('feeds')),
    result(open('items').getAllKeys()),
    result<object[]>(open('items').getAll()),
    result(open('bodies').getAllKeys()),
    result<WishKept[]>(open('wishes').getAll()),
    result<Draft[]>(open('drafts').getAll()),
    result<RecordWish[]>(open('records').getAll()),
  ]);
  const { handle, mark } = (notes.get('progress') ?? {}) as Partial<Progress>;
  const changes = noChanges();
  items.forEach((value, index) => {
    const [feed, sort, key] = itemKeys[index] as [string, string, string];
    changedItems(changes, sort, feed).set(key, value);
  });
  return {
    progress: { handle, mark, offsets },
    notes: Object.fromEntries(notes) as Notes,
    changes,
    wishes,
    drafts,
    records,
    bodies: revsByMachine(bodyKeys as [string, string][]),
  };
}

async function byKey<Value>(store: IDBObjectStore): Promise<Map<string, Value>> {
  const [keys, values] = await Promise.all([result(store.getAllKeys()), result<Value[]>(store.getAll())]);
  return new Map(keys.map((key, index) => [String(key), values[index] as Value]));
}

function revsByMachine(keys: readonly (readonly [machine: string, rev: string])[]): Map<string, Set<string>> {
  const found = new Map<string, Set<string>>();
  for (const [machine, rev] of keys) found.set(machine, (found.get(machine) ?? new Set()).add(rev));
  return found;
}

/** A replica that stores nothing, for browsers without storage. */
export function createForgetfulReplica(): Replica {
  const forget = async () => {};
  return {
    kept: false,
    restore: async () => ({
      progress: { handle: undefined, mark: undefined, offsets: new Map() },
      notes: {},
      changes: noChanges(),
      wishes: [],
      drafts: [],
      records: [],
      bodies: new Map(),
    }),
    commit: forget,
    note: forget,
    body: async () => undefined,
    putBodies: forget,
    dropBodies: forget,
    putWish: forget,
    deleteWish: forget,
    putDraft: () => Promise.reject(new Error('this browser cannot store data')),
    deleteDraft: forget,
    putRecord: forget,
    deleteRecord: forget,
    channels: async () => undefined,
    empty: forget,
    emptyRead: forget,
  };
}
