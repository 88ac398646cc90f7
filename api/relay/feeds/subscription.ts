/** A person's subscription: the feeds that they named, and where they want all machines, those of machines that come later too. */
import { feedOfMachine, machineOfFeed, organisationFeed } from '#contract/feed-name.ts';
import { limits } from '#contract/limits.ts';
import { Problem, type ProblemCode } from '#contract/problems.ts';
import { scopesHeld } from '#contract/scopes.ts';
import { machineShard } from '../../store/shards.ts';
import type { Store } from '../../store/store.ts';
import { listMachineIds } from '../machines/machines.ts';
import type { Attending, FeedPage, Subscription } from '../relay.ts';
import type { FeedKinds } from './feed-kinds.ts';
import {
  addFeed,
  createFeedReader,
  type FeedReader,
  type FeedSink,
  follow,
  offsetsOf,
  pull,
  removeFeed,
} from './feed-reader.ts';
import { parseOffset } from './offset.ts';
import type { FeedBlock, PumpListener, Pumps } from './pump.ts';

/** UTF-16 units of one page. */
const UNITS_MAX = 256 * 1024;

/** Whose it is, and of what. */
export interface Wanted {
  readonly store: Store;
  readonly kinds: FeedKinds;
  readonly pumps: Pumps;
  readonly caller: Attending;
  /** Whether the feeds of all machines are followed. */
  readonly all: boolean;
}

interface State extends Wanted {
  readonly reader: FeedReader;
  /** Whether a machine came or went since the list was read. */
  isListStale: boolean;
}

/** Opens a subscription to feeds from their offsets. A feed that is not there is told as gone. */
export async function openSubscription(
  wanted: Wanted,
  feeds: readonly (readonly [feed: string, offset: string])[],
): Promise<Subscription> {
  const { caller, all } = wanted;
  const isThere = async (feed: string) => (await tryShardOf(wanted, feed)) !== undefined;
  const reader = createFeedReader(new Set(scopesHeld(caller.scope)), isThere);
  const state: State = { ...wanted, reader, isListStale: all };
  try {
    // All at once: each may be a way to the store and back. Where one fails, the others are waited for, so that none goes on unseen.
    const added = await Promise.allSettled(feeds.map(([feed, offset]) => add(state, feed, offset)));
    for (const one of added) if (one.status === 'rejected') throw one.reason;
    await join(state, 'end');
  } catch (error) {
    reader[Symbol.dispose]();
    throw error;
  }
  return {
    offsets: () => offsetsOf(reader),
    run: (sink, waitMs, signal) => run(state, sink, waitMs, signal),
    read: (waitMs, signal) => readPage(state, waitMs, signal),
    [Symbol.dispose]: () => reader[Symbol.dispose](),
  };
}

const notThere: ReadonlySet<ProblemCode> = new Set(['feed-unknown', 'machine-unknown', 'channel-unknown']);

/** Undefined where there is no such feed for the caller. */
async function tryShardOf({ store, kinds, caller }: Wanted, feed: string): Promise<string | undefined> {
  try {
    return await kinds.shardOf(store, caller, feed);
  } catch (error) {
    if (error instanceof Problem && notThere.has(error.code)) return undefined;
    throw error;
  }
}

async function add(state: State, feed: string, offset: string): Promise<void> {
  const shard = await tryShardOf(state, feed);
  if (shard === undefined) return void state.reader.gone.add(feed);
  const from = offset === '-1' ? 'start' : offset === 'now' ? 'end' : parseOffset(offset);
  const open = (listener: PumpListener) => state.pumps.follow(shard, feed, listener);
  await addFeed(state.reader, feed, from, { open, reading: state.kinds.reading(state.store, state.caller, feed) });
}

/** Joins the machines that are not followed yet, and leaves those that are gone. */
async function join(state: State, from: 'start' | 'end'): Promise<void> {
  const { store, pumps, caller, reader } = state;
  if (!state.isListStale) return;
  state.isListStale = false;
  const ids = (await listMachineIds(store, caller.organisation)).slice(0, limits.feedsPerStreamMax);
  const known = new Set(reader.followed.keys());
  const missing = ids.filter((id) => !known.delete(feedOfMachine(id)));
  await Promise.all(
    missing.map(async (id) => {
      const feed = feedOfMachine(id);
      await addFeed(reader, feed, from, { open: (listener) => pumps.follow(machineShard(id), feed, listener) });
    }),
  );
  for (const left of known) if (machineOfFeed(left) !== undefined) removeFeed(reader, left);
}

/** The same sink, which also notes that a machine came or went. */
function noting(state: State, sink: FeedSink): FeedSink {
  const { all } = state;
  return {
    ...sink,
    block: (block) => {
      if (all && block.feed === organisationFeed && block.json.includes('"item":"machine"')) state.isListStale = true;
      return sink.block(block);
    },
  };
}

async function run(state: State, sink: FeedSink, waitMs: number, signal: AbortSignal): Promise<boolean> {
  const { reader } = state;
  const own = noting(state, sink);
  let isFull = false;
  const live: FeedSink = {
    ...own,
    block: (block) => {
      isFull = !own.block(block);
      // A machine that came ends it, so that it is joined.
      return !isFull && !state.isListStale;
    },
  };
  const deadline = performance.now() + waitMs;
  while (!signal.aborted) {
    await join(state, 'start');
    if (!(await pull(reader, own))) return false;
    if (state.isListStale) continue;
    const leftMs = deadline - performance.now();
    if (leftMs <= 0) return true;
    await follow(reader, live, leftMs, signal);
    // What comes later waits in the log: one event after the other would pile up with a reader that takes none.
    if (isFull) return false;
  }
  return true;
}

/** One page: what there is, or what comes first within `waitMs`. */
async function readPage(state: State, waitMs: number, signal: AbortSignal): Promise<FeedPage> {
  const { reader } = state;
  const page = {
    ...{ blocks: [] as FeedBlock[], gone: [] as string[] },
    ...{ resets: [] as FeedPage['resets'][number][], snapshots: [] as FeedPage['snapshots'][number][] },
  };
  let units = 0;
  const sink = noting(state, {
    block: (block) => {
      page.blocks.push(block);
      units += block.json.length;
      return units < UNITS_MAX;
    },
    reset: (feed, offset) => page.resets.push({ feed, offset }),
    snapshot: (feed, offset, told) => {
      // It stands for what this page has of the feed.
      page.blocks = page.blocks.filter((block) => block.feed !== feed);
      page.snapshots = [...page.snapshots.filter((one) => one.feed !== feed), { feed, offset, ...told }];
    },
    gone: (feed) => page.gone.push(feed),
  });
  const deadline = performance.now() + waitMs;
  for (;;) {
    await join(state, 'start');
    await pull(reader, sink);
    const leftMs = deadline - performance.now();
    if (Object.values(page).some(({ length }) => length > 0) || leftMs <= 0 || signal.aborted) break;
    // The first block ends the wait.
    await follow(reader, { ...sink, block: (block) => sink.block(block) && false }, leftMs, signal);
  }
  return { ...page, offsets: offsetsOf(reader) };
}
