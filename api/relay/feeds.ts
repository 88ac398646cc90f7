/** Feeds as people follow them: opened by name and offset, several at once, those of machines that come later among them. */
import { feedOfMachine, machineOfFeed, organisationFeed, personFeed } from '#contract/feed-name.ts';
import { limits } from '#contract/limits.ts';
import { scopesHeld } from '#contract/scopes.ts';
import { machineShard, organisationShard, personShard } from '../store/shards.ts';
import type { Store } from '../store/store.ts';
import { itemText } from './blocks.ts';
import { shardOfFeed } from './feed-kinds.ts';
import { createFeedReader, type FeedReader, type FeedSink } from './feed-reader.ts';
import { listMachineIds, listMachines } from './machines.ts';
import { noticeItems } from './notices.ts';
import { formatOffset, parseOffset, placeAt, tagOf } from './offset.ts';
import { readPublic } from './public-machine.ts';
import { createPumps, type FeedBlock, type PumpListener, type Pumps } from './pump.ts';
import type {
  Commands,
  Documents,
  FeedCaller,
  FeedPage,
  Feeds,
  Machines,
  Records,
  Serialised,
  Subscription,
} from './relay.ts';
import { EVENTS } from './rows.ts';

/** UTF-16 units of one page. */
const UNITS_MAX = 256 * 1024;

/** Builds feeds over a store. */
export function createFeeds(store: Store, sources: Sources): Feeds {
  const pumps = createPumps(store);
  const now: Feeds['now'] = async (caller, feed) => {
    const state = await store.log(await shardOfFeed(store, caller, feed), EVENTS);
    return formatOffset(placeAt(tagOf(store.handle, state), state.last));
  };
  return {
    open: async (caller, wanted, { all = false, handle } = {}) => {
      const subscription = openSubscription(store, pumps, caller, all);
      try {
        // Offsets of another store mean nothing, whatever they say.
        const isForeign = handle !== undefined && handle !== store.handle;
        await subscription.add([...wanted].map(([feed, offset]) => [feed, isForeign ? foreign : offset]));
        await subscription.join('end');
        return subscription;
      } catch (error) {
        subscription[Symbol.dispose]();
        throw error;
      }
    },
    now,
    snapshot: async (caller, feed) => {
      // First, so that what changes while the items are read is told again.
      const offset = await now(caller, feed);
      return { handle: store.handle, feed, offset, items: await itemsOf(store, sources, caller, feed) };
    },
  };
}

/** Where the items of feeds come from. */
export interface Sources {
  readonly machines: Machines;
  readonly documents: Documents;
  readonly commands: Commands;
  readonly records: Records;
}

async function itemsOf(
  store: Store,
  { machines, documents, commands, records }: Sources,
  caller: FeedCaller,
  feed: string,
): Promise<readonly Serialised[]> {
  const { organisation, person } = caller;
  if (feed === organisationFeed) {
    const listed = await listMachines(store, organisation);
    const told = await Promise.all(
      listed.map(async ({ key, value }) => itemText('machine', key, await upgraded(store, key, value))),
    );
    const shared = await records.items(organisationShard(organisation), caller);
    return [...told, ...shared, ...(await noticeItems(store, caller))];
  }
  if (feed === personFeed) return await records.items(personShard(organisation, person), caller);
  const machine = await machines.get(organisation, machineOfFeed(feed) ?? '');
  const recent = await commands.list(organisation, machine.id, { limit: limits.commandsRememberedMax });
  const sent = recent.items.map((command) => itemText('command', command.id, JSON.stringify(command)));
  const own = await records.items(machineShard(machine.id), caller);
  return [...(await documents.items(machine)), ...sent, ...own];
}

/** A machine as it was last told; the first edition kept no more than its id in the list. */
async function upgraded(store: Store, id: string, listed: string): Promise<string> {
  return listed === '' ? JSON.stringify(await readPublic(store, id)) : listed;
}

/** An offset that no log has. */
const foreign = 'foreign.1';

interface Opening extends Subscription {
  add(wanted: readonly (readonly [feed: string, offset: string])[]): Promise<void>;
  /** Joins the machines that are not followed yet, and leaves those that are gone. */
  join(from: 'start' | 'end'): Promise<void>;
}

function openSubscription(store: Store, pumps: Pumps, caller: FeedCaller, all: boolean): Opening {
  const reader = createFeedReader(new Set(scopesHeld(caller.scope)));
  let isListStale = all;
  const open = (shard: string, feed: string) => (listener: PumpListener) => pumps.follow(shard, feed, listener);
  const join = async (from: 'start' | 'end') => {
    if (!isListStale) return;
    isListStale = false;
    const ids = (await listMachineIds(store, caller.organisation)).slice(0, limits.feedsPerStreamMax);
    const known = new Set(reader.feeds());
    const missing = ids.filter((id) => !known.delete(feedOfMachine(id)));
    await Promise.all(
      missing.map((id) => reader.add(feedOfMachine(id), from, open(machineShard(id), feedOfMachine(id)))),
    );
    for (const gone of known) if (machineOfFeed(gone) !== undefined) reader.remove(gone);
  };
  /** The same sink, which also notes that a machine came or went. */
  const noting = (sink: FeedSink): FeedSink => ({
    ...sink,
    block: (block) => {
      if (all && block.feed === organisationFeed && block.json.includes('"item":"machine"')) isListStale = true;
      return sink.block(block);
    },
  });
  return {
    add: async (wanted) => {
      // All at once: each may be a way to the store and back.
      const shards = await Promise.all(wanted.map(([feed]) => shardOfFeed(store, caller, feed)));
      const add = async ([feed, offset]: readonly [string, string], shard = '') => {
        const from = offset === '-1' ? 'start' : offset === 'now' ? 'end' : parseOffset(offset);
        await reader.add(feed, from, open(shard, feed));
      };
      await Promise.all(wanted.map((one, index) => add(one, shards[index])));
    },
    join,
    offsets: reader.offsets,
    run: async (sink, waitMs, signal) => {
      const own = noting(sink);
      const deadline = performance.now() + waitMs;
      while (!signal.aborted) {
        await join('start');
        if (!(await reader.pull(own))) return false;
        if (isListStale) continue;
        const leftMs = deadline - performance.now();
        if (leftMs <= 0) return true;
        // A machine that came ends it, so that it is joined.
        await reader.follow({ ...own, block: (block) => own.block(block) && !isListStale }, leftMs, signal);
      }
      return true;
    },
    read: async (waitMs, signal) => await readPage(reader, join, noting, waitMs, signal),
    [Symbol.dispose]: () => reader[Symbol.dispose](),
  };
}

/** One page: what there is, or what comes first within `waitMs`. */
async function readPage(
  reader: FeedReader,
  join: (from: 'start') => Promise<void>,
  noting: (sink: FeedSink) => FeedSink,
  waitMs: number,
  signal: AbortSignal,
): Promise<FeedPage> {
  const blocks: FeedBlock[] = [];
  const resets: { feed: string; offset: string }[] = [];
  let units = 0;
  const sink = noting({
    block: (block) => {
      blocks.push(block);
      units += block.json.length;
      return units < UNITS_MAX;
    },
    reset: (feed, offset) => resets.push({ feed, offset }),
  });
  const deadline = performance.now() + waitMs;
  for (;;) {
    await join('start');
    await reader.pull(sink);
    const leftMs = deadline - performance.now();
    if (blocks.length > 0 || resets.length > 0 || leftMs <= 0 || signal.aborted) break;
    // The first block ends the wait.
    await reader.follow({ ...sink, block: (block) => sink.block(block) && false }, leftMs, signal);
  }
  return { blocks, resets, offsets: reader.offsets() };
}
