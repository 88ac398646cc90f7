/** The relay's core, put together over a store. */

import { createAudit } from '../audit/view.ts';
import type { Store } from '../store/store.ts';
import { takeParts } from './channels/append.ts';
import { followInbox, takeInbox } from './channels/inbox.ts';
import { sendInputs } from './channels/inputs.ts';
import { readSnapshot } from './channels/read-channel.ts';
import { createCommands } from './commands/commands.ts';
import { poll } from './commands/poll.ts';
import { takeResults } from './commands/results.ts';
import { takePiece } from './documents/blob.ts';
import { createDocuments } from './documents/documents.ts';
import { ingest } from './documents/ingest.ts';
import { compareManifest } from './documents/manifest.ts';
import { runDue, sweep } from './due.ts';
import { createFeedKinds, type ServiceFeedKind } from './feeds/feed-kinds.ts';
import { createFeeds } from './feeds/feeds.ts';
import { keptShort } from './feeds/retention.ts';
import { connect } from './machines/connect.ts';
import { createMachines, listMachineIds } from './machines/machines.ts';
import { createPresence, type Presence } from './machines/presence.ts';
import { listNotices } from './notices.ts';
import { forgetPerson, type Left } from './person-left.ts';
import { createQueries, takeAnswers } from './queries/queries.ts';
import { createRecords } from './records/records.ts';
import type { BridgeSide, Relay } from './relay.ts';

/** `log` hears of what failed in the background. */
export interface RelayDeps {
  readonly store: Store;
  readonly log?: (message: string, cause: unknown) => void;
  /** Of services, by letter. */
  readonly feedKinds?: Readonly<Record<string, ServiceFeedKind>>;
  /** Removes what others than the core keep of a person who has left, where whoever removed them did not come to it. Safe to repeat. */
  readonly onLeft?: (whose: Left) => Promise<void>;
}

/** Builds the core. It does nothing by itself: `runDue` sweeps. */
export function createRelay(given: RelayDeps): Relay {
  const store = keptShort(given.store);
  const deps = { ...given, store };
  const kinds = createFeedKinds(deps.feedKinds);
  const presence = createPresence(store);
  const due = { ...deps, kinds, presence };
  const machines = createMachines(store);
  const documents = createDocuments(store, machines);
  const commands = createCommands(store, machines);
  const records = createRecords(store, machines);
  return {
    get handle() {
      return store.handle;
    },
    now: () => store.now(),
    machines,
    feeds: createFeeds(store, kinds, { machines, documents, commands, records }),
    records,
    channels: {
      send: (caller, record, request) => sendInputs(store, caller, record, request),
      snapshot: (caller, record, rev) => readSnapshot(store, caller, record, rev),
    },
    notices: (caller, page) => listNotices(store, caller, page),
    bridge: createBridgeSide(store, presence),
    commands,
    queries: createQueries(store, machines),
    documents,
    audit: createAudit(store, {
      ids: (organisation) => listMachineIds(store, organisation),
      resolve: machines.resolve,
    }),
    forgetPerson: (whose) => forgetPerson(store, whose),
    runDue: (signal) => runDue(due, signal),
    sweep: () => sweep(due),
  };
}

function createBridgeSide(store: Store, presence: Presence): BridgeSide {
  return {
    connect: (machine, request) => connect(store, machine, request),
    manifest: async (machine, page) => {
      const answer = await compareManifest(store, machine, page);
      await presence.heard(machine);
      return answer;
    },
    // After the commit: what was saved is on its way to people before the relay writes of itself.
    ingest: async (machine, envelope, ops) => {
      const answer = await ingest(store, machine, envelope, ops);
      await presence.heard(machine);
      return answer;
    },
    blob: async (machine, rev, place, bytes) => {
      const answer = await takePiece(store, machine, rev, place, bytes);
      await presence.heard(machine);
      return answer;
    },
    poll: (machine, request, signal) => poll(store, presence, machine, request, signal),
    results: async (machine, request) => {
      const answer = await takeResults(store, machine, request);
      await presence.heard(machine);
      return answer;
    },
    answers: (machine, request) => takeAnswers(store, machine, request),
    channels: async (machine, envelope, line) => {
      const answer = await takeParts(store, machine, envelope, line);
      await presence.heard(machine);
      return answer;
    },
    inbox: (machine, request, signal) => takeInbox(store, presence, machine, request, signal),
    followInbox: (machine, request, signal) => followInbox(store, presence, machine, request, signal),
    bye: (machine, { epoch }) => presence.leave(machine, epoch),
  };
}
