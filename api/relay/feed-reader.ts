/**
 * One reader of several feeds: what it has missed is pulled, at its own pace (backfill); where it stands level with a pump it is handed
 * each block as it comes (cut-over, live); a reader that cannot take more falls back to pulling, so that nothing waits for it in memory.
 */

import { formatOffset, type Place } from './offset.ts';
import type { FeedBlock, PumpListener, Pump as SharedPump } from './pump.ts';

/** Blocks taken from one feed before the next has its turn. */
const BLOCKS_AT_ONCE = 100;

/** Takes what a reader is told. */
export interface FeedSink {
  /** Takes a block; false where the reader can take no more for now. */
  block(block: FeedBlock): boolean;
  /** The reader's place in a feed was lost; it goes on from `offset`. */
  reset(feed: string, offset: string): void;
}

type Pump = SharedPump & Disposable;

/** A feed as one reader follows it. */
interface Followed {
  readonly feed: string;
  readonly pump: Pump;
  /** Undefined where it is lost. */
  place: Place | undefined;
  isLive: boolean;
}

export interface FeedReader extends Disposable {
  /** Follows a feed from a place, or from a word for it. */
  add(feed: string, from: Place | 'start' | 'end', open: (listener: PumpListener) => Pump): Promise<void>;
  remove(feed: string): void;
  feeds(): readonly string[];
  /** Where each feed stands for this reader. */
  offsets(): Record<string, string>;
  /** Tells what there is until the reader is level (true) or can take no more (false). */
  pull(sink: FeedSink): Promise<boolean>;
  /** Tells what comes, after `pull` said level; resolves once the reader has to pull again, after `waitMs`, or when `signal` aborts. Rejects where the store is away. */
  follow(sink: FeedSink, waitMs: number, signal: AbortSignal): Promise<void>;
}

/** A reader that may read what has one of these scopes, and follows nothing yet. */
export function createFeedReader(scopes: ReadonlySet<string>): FeedReader {
  const followed = new Map<string, Followed>();
  let sink: FeedSink | undefined;
  let wake: (error?: unknown) => void = () => undefined;
  let failure: { readonly error: unknown } | undefined;

  const listenerOf = (feed: string): PumpListener => ({
    block: (block) => {
      const own = followed.get(feed);
      if (own === undefined) return;
      if (!own.isLive || sink === undefined) return void wake();
      own.place = block.place;
      if (scopes.has(block.scope) && !sink.block(block)) fallBack();
    },
    lost: () => {
      const own = followed.get(feed);
      if (own !== undefined) Object.assign(own, { place: undefined, isLive: false });
      wake();
    },
    failed: (error) => {
      failure = { error };
      wake();
    },
  });
  const throwFailure = () => {
    const found = failure;
    failure = undefined;
    if (found !== undefined) throw found.error;
  };
  /** From now on every feed is pulled. */
  const fallBack = () => {
    for (const own of followed.values()) own.isLive = false;
    wake();
  };

  const pullOne = async (own: Followed, to: FeedSink): Promise<'full' | 'more' | 'level'> => {
    const blocks = own.place && (await own.pump.after(own.place, BLOCKS_AT_ONCE));
    if (blocks === undefined) {
      own.place = await own.pump.end();
      to.reset(own.feed, formatOffset(own.place));
      return 'more';
    }
    for (const block of blocks) {
      own.place = block.place;
      if (scopes.has(block.scope) && !to.block(block)) return 'full';
    }
    return blocks.length === 0 ? 'level' : 'more';
  };

  return {
    add: async (feed, from, open) => {
      const pump = open(listenerOf(feed));
      const own: Followed = { feed, pump, place: undefined, isLive: false };
      followed.set(feed, own);
      if (typeof from !== 'string') own.place = from;
      else own.place = from === 'start' ? await pump.start() : await pump.end();
    },
    remove: (feed) => {
      followed.get(feed)?.pump[Symbol.dispose]();
      followed.delete(feed);
    },
    feeds: () => [...followed.keys()],
    offsets: () =>
      Object.fromEntries(
        [...followed.values()].flatMap(({ feed, place }) => (place === undefined ? [] : [[feed, formatOffset(place)]])),
      ),
    pull: async (to) => {
      for (let isLevel = false; !isLevel; ) {
        isLevel = true;
        for (const own of [...followed.values()]) {
          const came = own.isLive ? 'level' : await pullOne(own, to);
          if (came === 'full') return false;
          if (came === 'more') isLevel = false;
        }
      }
      return true;
    },
    follow: async (to, waitMs, signal) => {
      throwFailure();
      const { promise, resolve } = Promise.withResolvers<void>();
      sink = to;
      wake = () => resolve();
      // In one go with the look at the pump: what it reads from now on comes by `block`.
      for (const own of followed.values()) {
        own.isLive = own.place !== undefined && own.pump.isAt(own.place);
        if (!own.isLive) resolve();
      }
      const timer = setTimeout(resolve, Math.max(0, waitMs));
      signal.addEventListener('abort', wake);
      if (signal.aborted) resolve();
      await promise;
      clearTimeout(timer);
      signal.removeEventListener('abort', wake);
      fallBack();
      sink = undefined;
      throwFailure();
    },
    [Symbol.dispose]: () => {
      for (const { pump } of followed.values()) pump[Symbol.dispose]();
      followed.clear();
      wake();
    },
  };
}
