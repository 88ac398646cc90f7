/** Creates and connects the parts of the app. `create-app.ts` starts them. */

import { batch } from 'solid-js';
import { createStore, type SetStoreFunction } from 'solid-js/store';
import { feedOfMachine, machineOfFeed, personFeed } from '#contract/feed-name.ts';
import { type Api, createApi } from '../api.ts';
import type { AppState, Connection } from './app-state.ts';
import type { ChannelWord } from './channels/channel-told.ts';
import type { Channels } from './channels/channels.ts';
import type { Changes } from './facts/facts.ts';
import { type ChangesWord, createLedger, type Ledger } from './facts/ledger.ts';
import { createShown, emptyState, type Overlay, type Shown, type StateWritable } from './facts/shown.ts';
import { changedCommands, documentFacts, factsOf, machineFacts } from './facts/sorts.ts';
import { type Bodies, type BodiesWord, createBodies } from './replica/bodies.ts';
import { createFetchAhead, type FetchAhead } from './replica/fetch-ahead.ts';
import { createForgetfulReplica, type Replica } from './replica/replica.ts';
import { createVisits, type VisitBook, type VisitsWord } from './replica/visits.ts';
import { type ConnectionTracker, createConnection } from './stream/connection.ts';
import { createHeard, type Heard } from './stream/heard.ts';
import { createAlone } from './stream/tabs.ts';
import { createDrafts, type Drafts, type DraftWord } from './wishes/drafts.ts';
import { createOwnRecords, type OwnRecords } from './wishes/own-records.ts';
import { createSending, type Sending } from './wishes/sending.ts';
import { signatureFor } from './wishes/signatures.ts';
import { createWishes, type Wishes, type WishWord } from './wishes/wishes.ts';

/** Messages between the tabs of a browser. `who` asks for the connection and the mark of the other tab. */
export type Word =
  | ChangesWord
  | BodiesWord
  | WishWord
  | DraftWord
  | VisitsWord
  | ChannelWord
  | { readonly type: 'connection'; readonly connection: Connection }
  | { readonly type: 'mark'; readonly mark: string | undefined }
  | { readonly type: 'who' | 'signed-in' | 'signed-out' };

/** Parts that exist once the app has started. Before that it stores nothing and sends no messages. */
interface Links {
  replica: Replica;
  tell: (word: Word) => void;
  /** The relay says that nobody is signed in; `isEnded` if this browser's session was ended. */
  signedOut: (isEnded: boolean) => void;
  /** The relay can be reached again. */
  back: () => void;
  /** The set of kept machines may have changed. */
  look: () => void;
  /** The feeds to follow have changed: the stream starts again. */
  follow: () => void;
  /** Undefined until a channel is opened, here or in another tab. */
  channels: Channels | undefined;
}

/** The tab with the stream, and its connection. */
interface Hearing {
  readonly api: Api;
  readonly connection: ConnectionTracker;
  readonly visits: VisitBook;
}

/** The parts of the app, put together and at rest. */
export interface Parts extends Links, Hearing {
  readonly state: AppState;
  readonly setState: SetState;
  readonly ledger: Ledger;
  readonly bodies: Bodies;
  readonly fetchAhead: FetchAhead;
  readonly wishes: Wishes;
  readonly drafts: Drafts;
  readonly sending: Sending;
  readonly records: OwnRecords;
  readonly shown: Shown;
  readonly heard: Heard;
}
type SetState = SetStoreFunction<StateWritable>;

/** Puts the parts together, without I/O. */
export function createParts(): Parts {
  const [state, setState] = createStore<StateWritable>(emptyState());
  const links = createLinks();
  const hearing = createHearing(links, setState);
  const ledger: Ledger = createLedger({
    replica: () => links.replica,
    show: (changes, feeds) => show(parts, changes, feeds),
    tell: (word) => links.tell(word),
    keeps: (kept) => setState('replica', kept && links.replica.kept ? 'kept' : 'memory'),
  });
  const wishes: Wishes = createWishes({
    base: (machine, key) => documentFacts(ledger.facts, machine).get(key),
    keep(wish) {
      drafts.heardOf(wish);
      return links.replica.putWish(wish).catch(() => {});
    },
    forget: (id) => links.replica.deleteWish(id).catch(() => {}),
    show(all, covered) {
      batch(() => {
        shown.wishes(all);
        if (covered !== undefined) shown.item('document', feedOfMachine(covered.machine), covered.key);
      });
    },
    tell: (word) => links.tell(word),
  });
  const records: OwnRecords = createOwnRecords({
    api: hearing.api,
    facts: ledger.facts,
    keep: (wish) => void links.replica.putRecord(wish).catch(() => {}),
    forget: (id) => void links.replica.deleteRecord(id).catch(() => {}),
    show: (id) => shown.item('record', personFeed, id),
  });
  const shown: Shown = createShown(setState, ledger.facts, overlayOf(wishes, records));
  const drafts = createDrafts({
    keep: (draft) => links.replica.putDraft(draft),
    forget: (key) => links.replica.deleteDraft(key),
    show: (key, draft) => shown.draft(key, draft),
    tell: (word) => links.tell(word),
  });
  const bodies = createBodyParts(links, hearing.api, ledger, setState);
  const sending = createSendingPart(hearing, ledger, wishes);
  const parts: Parts = Object.assign(links, hearing, bodies, {
    state,
    setState,
    ledger,
    wishes,
    drafts,
    sending,
    records,
    shown,
    heard: createHeard({ api: hearing.api, state, setState }),
  });
  return parts;
}

function createLinks(): Links {
  const nothing = () => {};
  return {
    ...{ replica: createForgetfulReplica(), channels: undefined },
    ...{ tell: nothing, signedOut: nothing, back: nothing, look: nothing, follow: nothing },
  };
}

function createHearing(links: Links, setState: SetState): Hearing {
  const connection = createConnection({
    setState,
    keep: (heardAt) => void links.replica.note({ heardAt }).catch(() => {}),
    tell: (now) => links.tell({ type: 'connection', connection: now }),
    back: () => links.back(),
  });
  const visits = createVisits({
    keep: (now) => void links.replica.note({ visits: now }).catch(() => {}),
    show: (now) => setState({ visits: now }),
    tell: (word) => links.tell(word),
    changed: () => links.look(),
  });
  const api = createApi({ heard: connection.heard, signedOut: (isEnded) => links.signedOut(isEnded) });
  return { connection, visits, api };
}

function createBodyParts(links: Links, api: Api, { facts }: Ledger, setState: SetState) {
  const full = () => setState('replica', 'memory');
  const bodies = createBodies({
    api,
    replica: () => links.replica,
    facts,
    tell: (word) => links.tell(word),
    show: (machine, here) => setState('bodiesHere', { [machine]: here }),
    full,
  });
  const fetchAhead = createFetchAhead({ api, facts, bodies, keeps: () => links.replica.kept, full });
  return { bodies, fetchAhead };
}

function createSendingPart({ api, connection }: Hearing, { facts }: Ledger, wishes: Wishes): Sending {
  return createSending({
    api,
    wishes,
    command: ({ machine, id }) => factsOf(facts, 'command', feedOfMachine(machine)).get(id),
    sign: (wish) => signatureFor(api, machineFacts(facts).get(wish.machine), wish),
    isAway: () => connection.now().rung === 'offline',
    alone: createAlone(),
  });
}

/** Puts changes onto the screen. Changed documents need bodies; changed commands may end wishes. */
function show({ shown, bodies, fetchAhead, sending, records }: Parts, changes: Changes, feeds: Iterable<string>): void {
  batch(() => {
    shown.changes(changes);
    shown.feeds(feeds);
  });
  if (changes.size === 0) return;
  const machines = [...(changes.get('document')?.keys() ?? [])].flatMap((feed) => machineOfFeed(feed) ?? []);
  bodies.changed(machines);
  if (machines.length > 0) fetchAhead.nudge();
  for (const command of changedCommands(changes)) sending.heard(command);
  records.heard(changes.get('record')?.get(personFeed)?.keys() ?? []);
}

/** Wishes cover documents, and the person's own records. */
function overlayOf(wishes: Wishes, records: OwnRecords): Overlay {
  return (sort, feed, key) => {
    if (sort === 'record' && feed === personFeed) return records.overlay(key);
    const machine = sort === 'document' ? machineOfFeed(feed) : undefined;
    return machine === undefined ? undefined : wishes.overlay(machine, key);
  };
}
