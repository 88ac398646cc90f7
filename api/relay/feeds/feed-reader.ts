/**
 * One reader of several feeds: what it has missed is pulled, at its own pace (backfill); where it stands level with a pump it is handed
 * each block as it comes (cut-over, live); a reader that cannot take more falls back to pulling, so that nothing waits for it in memory.
 */

import { setImmediate as turn } from 'node:timers/promises';
import type { SnapshotTold } from '#contract/channel.ts';
import { type FeedPosition, formatOffset, positionAt } from './offset.ts';
import type { FeedBlock, PumpListener, Pump as SharedPump } from './pump.ts';

/** Blocks taken from one feed before the next has its turn. */
const BLOCKS_AT_ONCE = 100;
/** So many blocks behind, a reader rather gets a snapshot that stands for them, where there is one. */
const LAG_BLOCKS = 20;

/** Takes what a reader is told. */
export interface FeedSink {
  /** Takes a block; false where the reader can take no more for now. */
  block(block: FeedBlock): boolean;
  /** The reader's place in a feed was lost; it goes on from `offset`. */
  reset(feed: string, offset: string): void;
  /** Stands for all before `offset`, from where the reader goes on. */
  snapshot(feed: string, offset: string, told: SnapshotTold): void;
  /** There is no such feed, or no longer. */
  gone(feed: string): void;
}

/** A snapshot that stands for all blocks up to the position `at`. */
export interface Beginning extends SnapshotTold {
  readonly at: number;
}

/** How a feed is read where its kind says more than its log. */
export interface Reading {
  /** What a reader of the whole begins with; undefined where that is the first block. */
  readonly begin?: () => Promise<Beginning | undefined>;
  /** Says until disposed that somebody reads it; resolves once they may. */
  readonly watch?: () => Promise<Disposable>;
}

type Pump = SharedPump & Disposable;

/** A feed as one reader follows it. */
interface Followed {
  readonly feed: string;
  readonly pump: Pump;
  readonly reading: Reading;
  readonly watching: Disposable | undefined;
  /** What the reader begins with, which it has not been told. */
  snapshot: SnapshotTold | undefined;
  place: FeedPosition;
  /** Whether the log has lost what follows the place, which the reader has not been told. */
  isLost: boolean;
  isLive: boolean;
}

/** What a reader may read, and where it stands. */
export interface FeedReader extends Disposable {
  readonly scopes: ReadonlySet<string>;
  /** Whether a feed is still there for the reader; asked where its place is lost. */
  readonly isThere: (feed: string) => Promise<boolean>;
  readonly followed: Map<string, Followed>;
  /** Feeds that are not there, which the reader has not been told. */
  readonly gone: Set<string>;
  /** Who is told what comes, while the reader follows. */
  sink: FeedSink | undefined;
  wake: () => void;
  failure: { readonly error: unknown } | undefined;
}

/** A reader that may read what has one of these scopes, and follows nothing yet. */
export function createFeedReader(scopes: ReadonlySet<string>, isThere: FeedReader['isThere']): FeedReader {
  const reader: FeedReader = {
    ...{ scopes, isThere, followed: new Map(), gone: new Set(), sink: undefined, failure: undefined },
    wake: () => undefined,
    [Symbol.dispose]: () => {
      for (const feed of [...reader.followed.keys()]) removeFeed(reader, feed);
      reader.wake();
    },
  };
  return reader;
}

/** Of a feed that is being opened. */
const nowhere: FeedPosition = { tag: '', position: 0 };

/** Follows a feed from a place, or from a word for it. */
export async function addFeed(
  reader: FeedReader,
  feed: string,
  from: FeedPosition | 'start' | 'end',
  { open, reading = {} }: { readonly open: (listener: PumpListener) => Pump; readonly reading?: Reading },
): Promise<void> {
  const watching = await reading.watch?.();
  const pump = open(createListener(reader, feed));
  const own: Followed = {
    ...{ feed, pump, reading, watching, snapshot: undefined },
    ...{ place: typeof from === 'string' ? nowhere : from, isLost: false, isLive: false },
  };
  reader.followed.set(feed, own);
  if (from === 'end') own.place = await pump.end();
  if (from !== 'start') return;
  own.place = await pump.start();
  await jump(own, -1);
}

/** Goes to the snapshot, if there is one for a later position than `beyond` and nothing behind it was dropped. */
async function jump(own: Followed, beyond: number): Promise<boolean> {
  const found = await own.reading.begin?.();
  if (found === undefined || found.at <= beyond) return false;
  const { at, ...told } = found;
  if (at < (await own.pump.start()).position) return false;
  own.place = positionAt((await own.pump.end()).tag, at);
  own.snapshot = told;
  own.isLost = false;
  return true;
}

export function removeFeed({ followed }: FeedReader, feed: string): void {
  const own = followed.get(feed);
  own?.pump[Symbol.dispose]();
  own?.watching?.[Symbol.dispose]();
  followed.delete(feed);
}

/** Where each feed stands for this reader; one whose snapshot it has still to get begins anew. */
export function offsetsOf({ followed }: FeedReader): Record<string, string> {
  const offsetOf = ({ snapshot, place }: Followed) => (snapshot === undefined ? formatOffset(place) : '-1');
  return Object.fromEntries([...followed.values()].map((own) => [own.feed, offsetOf(own)]));
}

/** Tells what there is until the reader is level (true) or can take no more (false). */
export async function pull(reader: FeedReader, to: FeedSink): Promise<boolean> {
  for (const feed of reader.gone) to.gone(feed);
  reader.gone.clear();
  for (let isLevel = false; !isLevel; ) {
    isLevel = true;
    for (const own of [...reader.followed.values()]) {
      const came = own.isLive ? 'level' : await pullOne(reader, own, to);
      if (came === 'full') return false;
      if (came === 'more') isLevel = false;
    }
    // A long history is read page by page, with everybody else in between.
    if (!isLevel) await turn();
  }
  return true;
}

async function pullOne(reader: FeedReader, own: Followed, to: FeedSink): Promise<'full' | 'more' | 'level'> {
  if (own.snapshot !== undefined) tellSnapshot(own, own.snapshot, to);
  const blocks = own.isLost ? undefined : await own.pump.after(own.place, BLOCKS_AT_ONCE);
  if (blocks === undefined) {
    await tellLost(reader, own, to);
    return 'more';
  }
  const isBehind = blocks.length > LAG_BLOCKS || blocks.some(({ isReplaced }) => isReplaced);
  if (isBehind && (await jump(own, own.place.position))) return 'more';
  for (const block of blocks) {
    own.place = block.place;
    if (reader.scopes.has(block.scope) && !to.block(block)) return 'full';
  }
  return blocks.length === 0 ? 'level' : 'more';
}

async function tellLost(reader: FeedReader, own: Followed, to: FeedSink): Promise<void> {
  if (await reader.isThere(own.feed)) {
    if (await jump(own, -1)) return;
    own.isLost = false;
    own.place = await own.pump.end();
    to.reset(own.feed, formatOffset(own.place));
  } else {
    removeFeed(reader, own.feed);
    to.gone(own.feed);
  }
}

function tellSnapshot(own: Followed, told: SnapshotTold, to: FeedSink): void {
  own.snapshot = undefined;
  to.snapshot(own.feed, formatOffset(own.place), told);
}

/**
 * Tells what comes, after `pull` said level; resolves once the reader has to pull again, after `waitMs`, or when `signal` aborts. Rejects
 * where the store is away.
 */
export async function follow(reader: FeedReader, to: FeedSink, waitMs: number, signal: AbortSignal): Promise<void> {
  throwFailure(reader);
  const { promise, resolve } = Promise.withResolvers<void>();
  reader.sink = to;
  reader.wake = resolve;
  // In one go with the look at the pump: what it reads from now on comes by `block`.
  for (const own of reader.followed.values()) {
    own.isLive = !own.isLost && own.pump.isAt(own.place);
    if (!own.isLive) resolve();
  }
  const timer = setTimeout(resolve, Math.max(0, waitMs));
  const wake = () => resolve();
  signal.addEventListener('abort', wake);
  if (signal.aborted) resolve();
  await promise;
  clearTimeout(timer);
  signal.removeEventListener('abort', wake);
  fallBack(reader);
  reader.sink = undefined;
  throwFailure(reader);
}

/** From now on every feed is pulled. */
function fallBack({ followed, wake }: FeedReader): void {
  for (const own of followed.values()) own.isLive = false;
  wake();
}

function throwFailure(reader: FeedReader): void {
  const { failure } = reader;
  reader.failure = undefined;
  if (failure !== undefined) throw failure.error;
}

function createListener(reader: FeedReader, feed: string): PumpListener {
  return {
    block: (block) => {
      const { sink, scopes } = reader;
      const own = reader.followed.get(feed);
      if (own === undefined) return;
      if (!own.isLive || sink === undefined) return reader.wake();
      // What stands in its place is read from the store.
      if (block.isReplaced) return fallBack(reader);
      own.place = block.place;
      if (scopes.has(block.scope) && !sink.block(block)) fallBack(reader);
    },
    lost: () => {
      const own = reader.followed.get(feed);
      if (own !== undefined) Object.assign(own, { isLost: true, isLive: false });
      reader.wake();
    },
    failed: (error) => {
      reader.failure = { error };
      reader.wake();
    },
  };
}
