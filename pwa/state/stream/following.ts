/** The work of the tab that holds the stream: follows the organisation's feed, the person's own and those of the kept machines, reads snapshots of new feeds, and drops feeds that are no longer kept. */
import type { FeedSnapshot } from '#contract/feed.ts';
import { feedOfMachine, machineOfFeed, organisationFeed, personFeed, recordOfFeed } from '#contract/feed-name.ts';
import { limits } from '#contract/limits.ts';
import { VERSION } from '#contract/version.ts';
import type { Api } from '../../api.ts';
import { Refusal } from '../../refusal.ts';
import type { Rung } from '../app-state.ts';
import type { FollowedChannels } from '../channels/channels.ts';
import { addChanges, changedItems, noChanges, type Offsets } from '../facts/facts.ts';
import type { Ledger } from '../facts/ledger.ts';
import { changesOfLeaving, changesOfSnapshot, reduce } from '../facts/reduce.ts';
import { machineFacts } from '../facts/sorts.ts';
import { keptMachines, type Visits } from '../replica/kept-machines.ts';
import type { Pokes } from './pokes.ts';
import { createSnapshotReader, type SnapshotReader } from './snapshot-reader.ts';
import type { StreamSink } from './stream-sink.ts';

export interface FollowingDeps {
  readonly api: Api;
  readonly ledger: Ledger;
  readonly pokes: Pokes;
  readonly visits: () => Visits;
  /** Undefined until a channel is opened. */
  readonly channels: () => FollowedChannels | undefined;
  readonly rung: (rung: Rung) => void;
  readonly heard: () => void;
  /** The relay requires a newer app. */
  readonly outdated: () => void;
}

/** The stream's sink. Accepts nothing once `signal` aborts, because the person may have signed out. */
export function createFollowing(deps: FollowingDeps, signal: AbortSignal): StreamSink {
  const { api, ledger } = deps;
  const snapshots = createSnapshotReader((feed, next, turn) => readPage(api, feed, next, turn));
  const read = (feed: string, turn: AbortSignal) => readFeed({ snapshots, ledger }, feed, turn);
  return {
    async prepare(turn) {
      ledger.start();
      // The organisation's feed first: it lists the machines.
      for (let missing = missingOf(deps); missing.length > 0; missing = missingOf(deps)) {
        const first = missing.filter((feed) => machineOfFeed(feed) === undefined);
        await eachAtOnce(first.length > 0 ? first : missing, limits.snapshotsAtOnce, (feed) => read(feed, turn));
      }
      leave(deps);
    },
    place() {
      ledger.start();
      const { offsets, handle } = ledger.progress();
      return {
        feeds: { ...Object.fromEntries(offsets), ...deps.channels()?.feeds() },
        ...(handle === undefined ? {} : { handle }),
      };
    },
    blocks(blocks) {
      signal.throwIfAborted();
      const changes = noChanges();
      const offsets: Offsets = new Map();
      for (const block of blocks) {
        addChanges(changes, reduce(block.feed, block.changes));
        offsets.set(block.feed, block.offset);
      }
      ledger.take({ changes, offsets });
      if (changes.get('machine')?.has(organisationFeed)) lookAround(deps);
    },
    channel(told) {
      signal.throwIfAborted();
      deps.channels()?.take(told);
    },
    offsets(told) {
      signal.throwIfAborted();
      deps.channels()?.moved(told);
      const known = ledger.progress().offsets;
      const moved = Object.entries(told).filter(([feed, offset]) => known.has(feed) && known.get(feed) !== offset);
      if (moved.length > 0) ledger.take({ offsets: new Map(moved) });
    },
    reset: async (feed, turn) =>
      recordOfFeed(feed) === undefined ? await read(feed, turn) : deps.channels()?.restart(feed),
    gone(feed) {
      signal.throwIfAborted();
      if (recordOfFeed(feed) === undefined) forget(deps, feed);
      else deps.channels()?.take({ type: 'gone', feed });
    },
    refused(error) {
      const code = error instanceof Refusal ? error.code : '';
      const lost = code === 'parameter-invalid' ? [...ledger.progress().offsets.keys()] : [];
      if (lost.length > 0) ledger.take({ offsets: new Map(lost.map((feed) => [feed, null])) });
      if (lost.length > 0) for (const feed in deps.channels()?.feeds()) deps.channels()?.restart(feed);
      return lost.length > 0;
    },
    hello(minApp) {
      if (minApp !== undefined && isOlder(VERSION, minApp)) deps.outdated();
    },
    heard: deps.heard,
    rung: deps.rung,
  };
}

/** Restarts the stream if the set of feeds to follow has changed. */
export function lookAround(deps: Pick<FollowingDeps, 'ledger' | 'pokes' | 'visits'>): void {
  const { offsets } = deps.ledger.progress();
  const wanted = feedsWanted(deps);
  if (wanted.length !== offsets.size || wanted.some((feed) => !offsets.has(feed))) deps.pokes.poke('follow');
}

function feedsWanted({ ledger, visits }: Pick<FollowingDeps, 'ledger' | 'visits'>): readonly string[] {
  const kept = keptMachines(machineFacts(ledger.facts).keys(), visits(), Date.now());
  return [organisationFeed, personFeed, ...kept.map(feedOfMachine)];
}

function missingOf(deps: FollowingDeps): readonly string[] {
  return feedsWanted(deps).filter((feed) => !deps.ledger.progress().offsets.has(feed));
}

/** Drops the feeds of machines that are removed or no longer kept. */
function leave(deps: FollowingDeps): void {
  const { ledger } = deps;
  const wanted = new Set(feedsWanted(deps));
  for (const feed of ledger.progress().offsets.keys())
    if (!wanted.has(feed))
      ledger.take({ changes: changesOfLeaving(feed, ledger.facts), offsets: new Map([[feed, null]]) });
}

/** Replaces the facts of a feed by the relay's snapshot. If the machine is removed by now, drops them. */
async function readFeed(
  { snapshots, ledger }: Pick<FollowingDeps, 'ledger'> & { readonly snapshots: SnapshotReader },
  feed: string,
  signal: AbortSignal,
): Promise<void> {
  try {
    const { offset, handle, items } = await snapshots.read(feed, signal);
    const known = ledger.progress();
    // Offsets of another store are invalid: every feed is read again.
    const offsets: Offsets = new Map(
      known.handle === handle ? [] : [...known.offsets.keys()].map((other) => [other, null] as const),
    );
    ledger.take({ changes: changesOfSnapshot(feed, items, ledger.facts), offsets: offsets.set(feed, offset), handle });
  } catch (error) {
    if (!(error instanceof Refusal) || error.code !== 'machine-unknown') throw error;
    forget({ ledger }, feed);
  }
}

async function readPage(api: Api, feed: string, next: string | undefined, signal: AbortSignal): Promise<FeedSnapshot> {
  const after = next === undefined ? null : new URL(next, location.origin).searchParams.get('after');
  const query = { limit: limits.snapshotDocumentsMax, ...(after === null ? {} : { after }) };
  const page = await api.call('feedSnapshot', { parameters: { feed }, query, signal, timeoutMs: 3 * limits.answerMs });
  signal.throwIfAborted();
  return page;
}

/** Drops all facts of a removed machine. */
function forget({ ledger }: Pick<FollowingDeps, 'ledger'>, feed: string): void {
  const changes = changesOfLeaving(feed, ledger.facts);
  const machine = machineOfFeed(feed);
  if (machine !== undefined) changedItems(changes, 'machine', organisationFeed).set(machine, null);
  ledger.take({ changes, offsets: new Map([[feed, null]]) });
}

/** Runs for all items, `atOnce` at a time; rejects with the first failure. */
async function eachAtOnce<Item>(
  items: readonly Item[],
  atOnce: number,
  run: (item: Item) => Promise<void>,
): Promise<void> {
  const rest = [...items];
  const work = async () => {
    for (let item = rest.shift(); item !== undefined; item = rest.shift()) await run(item);
  };
  await Promise.all(Array.from({ length: atOnce }, work));
}

/** Whether one release (`1.2.3`) is older than another. */
function isOlder(version: string, than: string): boolean {
  return version.localeCompare(than, 'en', { numeric: true }) < 0;
}
