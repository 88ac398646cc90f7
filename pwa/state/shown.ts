/** Puts facts and wishes into the Solid store that the screens read, so that one changed document redraws one card, and a thousand at once are quick. */
import { batch } from 'solid-js';
import { produce, type SetStoreFunction } from 'solid-js/store';
import type { Document } from '#contract/document.ts';
import type { AppState, Wish } from './app-state.ts';
import type { Draft } from './drafts.ts';
import type { Changes, Facts } from './facts.ts';

type Records<Value> = { [key: string]: Value };

/** The state as those may change it who make it. */
export type StateHeld = { -readonly [Field in keyof AppState]: AppState[Field] };

/** Whatever is wished over a document, if anything is. */
export type Overlay = (machine: string, key: string) => Document | undefined;

export interface Shown {
  /** Draws what has changed. */
  changes(changes: Changes): void;
  /** Draws these documents again: what covers them has changed. */
  documents(machine: string, keys: Iterable<string>): void;
  wishes(wishes: readonly Wish[]): void;
  /** Replaces or (undefined) removes it. */
  draft(key: string, draft: Draft | undefined): void;
  clear(): void;
}

/** An object whose keys come from outside: no key of it means anything to JavaScript. */
export function emptyRecords<Value>(): Records<Value> {
  return Object.create(null) as Records<Value>;
}

/** What the state is before anything is known. */
export function emptyState(): StateHeld {
  return {
    signedIn: 'unknown',
    me: undefined,
    connection: { rung: 'connecting', heardAt: undefined, since: Date.now() },
    machines: emptyRecords(),
    documents: emptyRecords(),
    commands: emptyRecords(),
    wishes: [],
    drafts: emptyRecords(),
    restored: false,
    bodiesHere: emptyRecords(),
    replica: 'kept',
    signInProblem: undefined,
    signInQuestion: undefined,
    tiedAt: undefined,
    updateReady: false,
    installable: false,
  };
}

/** Shows `facts` below `overlay` in the store of `setState`. */
export function createShown(setState: SetStoreFunction<StateHeld>, facts: Facts, overlay: Overlay): Shown {
  function documents(machine: string, keys: Iterable<string>): void {
    const visible = (key: string) => overlay(machine, key) ?? facts.documents.get(machine)?.get(key);
    setState(
      produce((state) => {
        const all = state.documents as Records<Records<Document>>;
        const shown = all[machine];
        if (shown !== undefined) for (const key of keys) showDocument(shown, key, visible(key));
        else all[machine] = bulk(keys, visible);
        if (!facts.machines.has(machine) && !facts.documents.has(machine)) delete all[machine];
      }),
    );
  }

  return {
    documents,
    changes: (changes) =>
      batch(() => {
        setState(
          produce((state) => {
            showAll(state.machines as Records<unknown>, changes.machines);
            showAll(state.commands as Records<unknown>, changes.commands);
          }),
        );
        for (const [machine, changed] of changes.documents) documents(machine, changed.keys());
      }),
    draft: (key, draft) =>
      setState(
        produce((state) => {
          if (draft === undefined) delete (state.drafts as Records<Draft>)[key];
          else (state.drafts as Records<Draft>)[key] = { ...draft };
        }),
      ),
    wishes: (wishes) => setState('wishes', (before) => keepUnchanged(before, wishes)),
    clear: () =>
      setState({ machines: emptyRecords(), documents: emptyRecords(), commands: emptyRecords(), wishes: [] }),
  };
}

/** All at once, before anything reads it: without a proxy in between. */
function bulk(keys: Iterable<string>, visible: (key: string) => Document | undefined): Records<Document> {
  const documents = emptyRecords<Document>();
  for (const key of keys) {
    const document = visible(key);
    if (document !== undefined) documents[key] = { ...document };
  }
  return documents;
}

function showAll(shown: Records<unknown>, changed: ReadonlyMap<string, object | null>): void {
  for (const [id, value] of changed) {
    if (value === null) delete shown[id];
    else shown[id] = value;
  }
}

/** The object stays and its fields change, so that what shows it stays too. Never the facts' own objects. */
function showDocument(shown: Records<Document>, key: string, document: Document | undefined): void {
  const before = shown[key] as Records<unknown> | undefined;
  if (document === undefined) delete shown[key];
  else if (before === undefined) shown[key] = { ...document };
  else {
    const after = document as unknown as Records<unknown>;
    for (const field of Object.keys(before)) if (!Object.hasOwn(after, field)) delete before[field];
    for (const [field, value] of Object.entries(after))
      if (field !== 'meta' || JSON.stringify(before.meta) !== JSON.stringify(value)) before[field] = value;
  }
}

/** A wish that has not changed stays the same object, so that its row stays. */
function keepUnchanged(before: readonly Wish[], wishes: readonly Wish[]): readonly Wish[] {
  const known = new Map(before.map((wish) => [wish.id, wish]));
  return wishes.map((wish) => {
    const old = known.get(wish.id);
    return old?.state === wish.state && old.problem === wish.problem && old.result === wish.result ? old : wish;
  });
}
