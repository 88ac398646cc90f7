/** The parts of the app and how they hang together: what one learns, another shows, keeps or tells. `create-app.ts` brings them to life. */
import { batch } from 'solid-js';
import { createStore, type SetStoreFunction } from 'solid-js/store';
import { type Api, createApi } from '../api.ts';
import type { AppState, Connection } from './app-state.ts';
import { type Bodies, type BodiesWord, createBodies } from './bodies.ts';
import { type ConnectionHeld, createConnection } from './connection.ts';
import { createDrafts, type Drafts, type DraftWord } from './drafts.ts';
import { type ChangesWord, createLedger, type Ledger } from './ledger.ts';
import { createForgetfulReplica, type Replica } from './replica.ts';
import { createSending, type Sending } from './sending.ts';
import { createShown, emptyState, type Shown, type StateHeld } from './shown.ts';
import { signatureFor } from './signatures.ts';
import { createAlone } from './tabs.ts';
import { createWishes, type Wishes, type WishWord } from './wishes.ts';

/** What the tabs of a browser tell each other. `who`: tell me of the connection, and how far you are (`place`). */
export type Word =
  | ChangesWord
  | BodiesWord
  | WishWord
  | DraftWord
  | { readonly type: 'connection'; readonly connection: Connection }
  | { readonly type: 'place'; readonly offset: string | undefined }
  | { readonly type: 'who' | 'signed-in' | 'signed-out' };

/** The parts of the app, put together and at rest. */
export interface Parts {
  readonly state: AppState;
  readonly setState: SetStoreFunction<StateHeld>;
  readonly api: Api;
  readonly connection: ConnectionHeld;
  readonly ledger: Ledger;
  readonly bodies: Bodies;
  readonly wishes: Wishes;
  readonly drafts: Drafts;
  readonly sending: Sending;
  readonly shown: Shown;
  /** The replica and the channel come when the app starts. */
  replica: Replica;
  tell: (word: Word) => void;
  /** The relay said that nobody is signed in; `isEnded` where the session of this browser was ended. */
  signedOut: (isEnded: boolean) => void;
  /** The relay can be reached again. */
  back: () => void;
}

/** Puts the parts together, without I/O. */
export function createParts(): Parts {
  const [state, setState] = createStore<StateHeld>(emptyState());
  const tell = (word: Word) => parts.tell(word);
  const connection = createConnection({
    setState,
    keep: (heardAt) => void parts.replica.note({ heardAt }).catch(() => {}),
    tell: (now) => tell({ type: 'connection', connection: now }),
    back: () => parts.back(),
  });
  const api = createApi({ heard: connection.heard, signedOut: (isEnded) => parts.signedOut(isEnded) });
  const ledger: Ledger = createLedger({
    replica: () => parts.replica,
    show(changes) {
      shown.changes(changes);
      bodies.nudge(changes.documents.keys());
      for (const command of changes.commands.values()) if (command !== null) sending.heard(command);
    },
    tell,
    keeps: (kept) => setState('replica', kept && parts.replica.kept ? 'kept' : 'memory'),
  });
  const wishes: Wishes = createWishes({
    base: (machine, key) => ledger.facts.documents.get(machine)?.get(key),
    keep(wish) {
      drafts.heardOf(wish);
      return parts.replica.putWish(wish).catch(() => {});
    },
    forget: (id) => parts.replica.deleteWish(id).catch(() => {}),
    show(all, covered) {
      batch(() => {
        shown.wishes(all);
        if (covered !== undefined) shown.documents(covered.machine, [covered.key]);
      });
    },
    tell,
  });
  const shown: Shown = createShown(setState, ledger.facts, wishes.overlay);
  const drafts = createDrafts({
    keep: (draft) => parts.replica.putDraft(draft),
    forget: (key) => parts.replica.deleteDraft(key),
    show: (key, draft) => shown.draft(key, draft),
    tell,
  });
  const bodies = createBodies({
    api,
    replica: () => parts.replica,
    facts: ledger.facts,
    tell,
    show: (machine, here) => setState('bodiesHere', { [machine]: here }),
    full: () => setState('replica', 'memory'),
  });
  const sending = createSending({
    api,
    wishes,
    command: (id) => ledger.facts.commands.get(id),
    sign: (wish) => signatureFor(ledger.facts.machines.get(wish.machine), wish),
    isAway: () => connection.now().rung === 'offline',
    alone: createAlone(),
  });
  const parts: Parts = {
    state,
    setState,
    api,
    connection,
    ledger,
    bodies,
    wishes,
    drafts,
    sending,
    shown,
    replica: createForgetfulReplica(),
    tell: () => {},
    signedOut: () => {},
    back: () => {},
  };
  return parts;
}
