/** The last known state in IndexedDB, so that the app opens at once and reads without a network. A place in the stream and the state that it led to are one transaction: a crash leaves no gap. */
import type { CommandSummary } from '#contract/command.ts';
import type { Document } from '#contract/document.ts';
import type { Machine } from '#contract/machine.ts';
import type { Me } from '#contract/people.ts';
import type { BodyKept } from './checked-body.ts';
import { openDatabase, result, transact } from './database.ts';
import { type Draft, draftKey } from './drafts.ts';
import { type Changes, changedDocuments, noChanges } from './facts.ts';
import type { Ladder } from './ladder.ts';
import type { Place } from './stream.ts';
import type { WishKept } from './wish.ts';

/** How far the state goes. */
export interface Progress {
  /** Absent: every machine has to be read anew. */
  readonly place: Place | undefined;
  /** Ids of the machines whose documents are all here. */
  readonly held: readonly string[];
}

/** What is noted beside the state. */
export interface Notes {
  readonly me?: Me;
  readonly heardAt?: number;
  readonly ladder?: Ladder;
}

export interface Restored extends Progress {
  readonly notes: Notes;
  /** Everything, as changes of no facts. */
  readonly changes: Changes;
  readonly wishes: readonly WishKept[];
  readonly drafts: readonly Draft[];
  /** Revs whose bodies are here, by machine. */
  readonly bodies: ReadonlyMap<string, ReadonlySet<string>>;
}

/** Writing rejects where the browser keeps nothing (any more); reading then finds nothing. */
export interface Replica {
  /** Whether anything outlives the page. */
  readonly kept: boolean;
  restore(): Promise<Restored>;
  commit(changes: Changes, progress: Progress): Promise<void>;
  note(notes: Notes): Promise<void>;
  /** As it was put in, not checked again. */
  body(machine: string, rev: string): Promise<BodyKept | undefined>;
  putBodies(machine: string, bodies: ReadonlyMap<string, BodyKept>): Promise<void>;
  dropBodies(machine: string, revs: readonly string[]): Promise<void>;
  putWish(wish: WishKept): Promise<void>;
  deleteWish(id: string): Promise<void>;
  putDraft(draft: Draft): Promise<void>;
  deleteDraft(key: string): Promise<void>;
  /** Forgets everything. */
  empty(): Promise<void>;
  /** Forgets what was read; who was here, what they typed and what is on its way stays. */
  emptyRead(): Promise<void>;
}

const stores = ['notes', 'machines', 'documents', 'commands', 'bodies', 'wishes', 'drafts'] as const;

/** Those that hold what was read; of the notes, how far. */
const read = ['notes', 'machines', 'documents', 'commands', 'bodies'] as const;

/** The replica of this browser, or one that keeps nothing where there is none to be had. */
export async function openReplica(): Promise<Replica> {
  try {
    const database = await openDatabase('sallyport', 2, (upgraded) => {
      // The first version kept bodies unchecked, and as text whatever they were.
      if (upgraded.objectStoreNames.contains('bodies')) upgraded.deleteObjectStore('bodies');
      for (const store of stores) if (!upgraded.objectStoreNames.contains(store)) upgraded.createObjectStore(store);
    });
    return replicaIn(database);
  } catch {
    return createForgetfulReplica();
  }
}

function replicaIn(database: IDBDatabase): Replica {
  const write = (store: (typeof stores)[number], run: (store: IDBObjectStore) => void) =>
    transact(database, [store], 'readwrite', (open) => run(open(store)));
  return {
    kept: true,
    restore: () => transact(database, stores, 'readonly', restoreFrom),
    commit: (changes, progress) =>
      transact(database, ['notes', 'machines', 'documents', 'commands'], 'readwrite', (open) => {
        for (const [id, machine] of changes.machines) putOrDelete(open('machines'), id, machine);
        for (const [id, command] of changes.commands) putOrDelete(open('commands'), id, command);
        for (const [machine, documents] of changes.documents)
          for (const [key, document] of documents) putOrDelete(open('documents'), [machine, key], document);
        open('notes').put(progress, 'progress');
      }),
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
    emptyRead: () =>
      transact(database, read, 'readwrite', (open) => {
        for (const store of read) if (store !== 'notes') open(store).clear();
        open('notes').delete('progress');
      }),
    empty: () =>
      transact(database, stores, 'readwrite', (open) => {
        for (const store of stores) open(store).clear();
      }),
  };
}

function putOrDelete(store: IDBObjectStore, key: IDBValidKey, value: unknown): void {
  if (value === null) store.delete(key);
  else store.put(value, key);
}

async function restoreFrom(open: (name: string) => IDBObjectStore): Promise<Restored> {
  const [noteKeys, noteValues, machines, documentKeys, documents, commands, bodyKeys, wishes, drafts] =
    await Promise.all([
      result(open('notes').getAllKeys()),
      result<unknown[]>(open('notes').getAll()),
      result<Machine[]>(open('machines').getAll()),
      result(open('documents').getAllKeys()),
      result<Document[]>(open('documents').getAll()),
      result<CommandSummary[]>(open('commands').getAll()),
      result(open('bodies').getAllKeys()),
      result<WishKept[]>(open('wishes').getAll()),
      result<Draft[]>(open('drafts').getAll()),
    ]);
  const notes = Object.fromEntries(noteKeys.map((key, index) => [String(key), noteValues[index]]));
  const { place, held = [] } = (notes.progress ?? {}) as Partial<Progress>;
  const changes = noChanges();
  for (const machine of machines) changes.machines.set(machine.id, machine);
  for (const command of commands) changes.commands.set(command.id, command);
  documents.forEach((document, index) => {
    const [machine, key] = documentKeys[index] as [string, string];
    changedDocuments(changes, machine).set(key, document);
  });
  return {
    notes: notes as Notes,
    place,
    held,
    changes,
    wishes,
    drafts,
    bodies: byMachine(bodyKeys as [string, string][]),
  };
}

function byMachine(keys: readonly (readonly [machine: string, rev: string])[]): Map<string, Set<string>> {
  const found = new Map<string, Set<string>>();
  for (const [machine, rev] of keys) found.set(machine, (found.get(machine) ?? new Set()).add(rev));
  return found;
}

/** A replica for where the browser keeps nothing: it forgets all it is told. */
export function createForgetfulReplica(): Replica {
  const forget = async () => {};
  return {
    kept: false,
    restore: async () => ({
      place: undefined,
      held: [],
      notes: {},
      changes: noChanges(),
      wishes: [],
      drafts: [],
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
    empty: forget,
    emptyRead: forget,
  };
}
