/** Starts the app behind the screens: first the replica, then the person who is signed in, then the stream, in one of the tabs. */
import { batch } from 'solid-js';
import { createActions } from './actions/actions.ts';
import type { App } from './app-state.ts';
import { loadChannels } from './channels/load-channels.ts';
import type { Arrival } from './device/arrival.ts';
import { watchDevice } from './device/device.ts';
import { type Installing, startInstalling } from './device/installing.ts';
import { createPerson, type Person } from './device/person.ts';
import { createParts, type Parts, type Word } from './parts.ts';
import { openReplica } from './replica/replica.ts';
import { createOffice, type Office } from './stream/office.ts';
import { createPokes } from './stream/pokes.ts';
import { openChannel } from './stream/tabs.ts';

export interface Life {
  readonly app: App;
  /** Reads the replica, signs in with the link that the app was opened with, and follows events from then on. Call it once. */
  start(arrival: Arrival | undefined): Promise<void>;
  /** Signs in with the token of a link that came later. Never throws; errors are in the state. */
  openLink(token: string): Promise<void>;
}

/** The app, inactive until it is started. */
export function createApp(): Life {
  const parts = createParts();
  const pokes = createPokes();
  let installing: Installing | undefined;
  const office = createOffice(parts, pokes, () => installing?.look());
  const person = createPerson(parts, (signedIn) => {
    office.close();
    if (signedIn) office.open();
  });
  parts.signedOut = person.signedOut;
  parts.look = office.lookAround;
  parts.follow = () => pokes.poke('follow');
  parts.back = () => {
    parts.sending.back();
    parts.records.back();
    if (!person.isSure()) void person.look();
  };
  return {
    app: createActions(parts, person, () => installing),
    openLink: (token) => person.trySignIn({ token }),
    async start(arrival) {
      await restore(parts, office);
      installing = startInstalling({
        updateReady: () => parts.setState('updateReady', true),
        installable: (can) => parts.setState('installable', can),
      });
      watchDevice(pokes, office, parts.connection, installing);
      parts.tell = openChannel<Word>((word) => hear(word, parts, office, person)).tell;
      if (arrival === undefined) await person.look();
      else if ('tie' in arrival) await person.tryTie(arrival.tie);
      else await person.trySignIn(arrival);
      if (parts.state.signedIn === 'no') return;
      office.open();
      void renewIfNotified(parts);
    },
  };
}

/** Only a browser that is notified loads what it takes to go on with that. */
async function renewIfNotified({ api }: Parts): Promise<void> {
  if (!('Notification' in globalThis) || Notification.permission !== 'granted') return;
  const { renewNotifying } = await import('./device/notifying.ts');
  await renewNotifying(api);
}

/** Shows what was known when the app was last open. */
async function restore(parts: Parts, office: Office): Promise<void> {
  parts.replica = await openReplica();
  const restored = await parts.replica.restore().catch(() => undefined);
  batch(() => {
    if (restored !== undefined) {
      const { notes, wishes, drafts, records, changes, progress, bodies } = restored;
      if (notes.me !== undefined) parts.setState({ me: notes.me, signedIn: 'yes' });
      if (notes.heardAt !== undefined) parts.connection.adopt({ heardAt: notes.heardAt });
      office.recall(notes.ladder);
      if (notes.visits !== undefined) parts.visits.restore(notes.visits);
      parts.ledger.adopt(changes, progress);
      parts.drafts.restore(drafts);
      parts.wishes.restore(wishes);
      parts.records.restore(records);
      parts.bodies.restore(bodies);
    }
    parts.setState({ restored: true, replica: parts.replica.kept && restored !== undefined ? 'kept' : 'memory' });
  });
}

/** Handles messages of other tabs. */
function hear(word: Word, parts: Parts, office: Office, person: Person): void {
  switch (word.type) {
    case 'changes':
      office.follow(word);
      break;
    case 'bodies':
      parts.bodies.hear(word);
      break;
    case 'wish':
    case 'wish-gone':
      parts.wishes.hear(word);
      break;
    case 'draft':
    case 'draft-gone':
      parts.drafts.hear(word);
      break;
    case 'visits':
      parts.visits.hear(word);
      break;
    case 'channels':
    case 'channels-asked':
    case 'channel':
      // Words stay in their order.
      void loadChannels(parts).then((channels) => channels.hear(word));
      break;
    case 'connection':
      if (!office.hears()) parts.connection.adopt(word.connection);
      break;
    case 'who':
      if (!office.hears()) break;
      parts.tell({ type: 'connection', connection: parts.connection.now() });
      parts.tell({ type: 'mark', mark: parts.ledger.progress().mark });
      break;
    case 'mark':
      // Catches up on changes between this tab's read of the replica and its first message to the others.
      if (!office.hears() && word.mark !== parts.ledger.progress().mark) office.refresh();
      break;
    case 'signed-in':
      void person.look();
      break;
    case 'signed-out':
      void person.forget();
      break;
  }
}
