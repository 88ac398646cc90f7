/**
 * The hub: readers who may see the same and have read the same share one reading. Each page is made once and handed to all of
 * them, so that a thousand streams cost a thousand writes and nothing else.
 */
import type { Place } from './offset.ts';
import type { Reading, Spot } from './reading.ts';
import type { Reader, StreamRead } from './relay.ts';

/** Takes a page, the same object for all; false where the reader cannot take another one now. */
export type Take = (page: StreamRead) => boolean;

/** A reader that is handed its pages. */
export interface Joined {
  /** Resolves to where it stands once it has left: it could not take more, `waitMs` are over, `signal` aborted, or the store is away. */
  left(waitMs: number, signal: AbortSignal): Promise<Spot>;
}

export interface Hub {
  /** Joins a reader who stands at a spot; undefined where the others stand elsewhere by now, so that it reads on by itself first. */
  join(reader: Reader, spot: Spot, take: Take): Promise<Joined | undefined>;
}

interface Taker {
  readonly take: Take;
  leave(): void;
}

/** What is shared by readers who may see the same. */
interface Feed {
  readonly takers: Set<Taker>;
  readonly reading: Reading;
  /** Joins that are on their way. */
  joining: number;
  pumping: Promise<void> | undefined;
  readonly end: AbortController;
}

/** The feed looks again after this time in ms also where no signal came: one may be lost. */
const LOOK_EVERY_MS = 20_000;

/** An empty hub; `open` registers a reading of its own at the end of the logs. */
export function createHub(open: (reader: Reader) => Reading): Hub {
  const feeds = new Map<string, Feed>();
  const feedOf = (reader: Reader): Feed => {
    const name = JSON.stringify([reader.organisation, reader.machines?.toSorted()]);
    const known = feeds.get(name);
    if (known !== undefined) return known;
    const feed: Feed = {
      takers: new Set(),
      reading: open(reader),
      joining: 0,
      pumping: undefined,
      end: new AbortController(),
    };
    feeds.set(name, feed);
    void run(feed).finally(() => feeds.get(name) === feed && feeds.delete(name));
    return feed;
  };
  return {
    join: async (reader, spot, take) => {
      const feed = feedOf(reader);
      feed.joining += 1;
      try {
        await pump(feed);
        if (feed.end.signal.aborted || !isSame(spot, feed.reading.spot())) return undefined;
        return add(feed, take);
      } finally {
        feed.joining -= 1;
        closeIfIdle(feed);
      }
    },
  };
}

/** Hands out what comes until nobody is left. */
async function run(feed: Feed): Promise<void> {
  using _reading = feed.reading;
  const { signal } = feed.end;
  try {
    while (!signal.aborted) {
      await pump(feed);
      await feed.reading.wait(LOOK_EVERY_MS, signal);
    }
  } catch {
    // The store is away: each reader meets that by itself, when it reads on.
    feed.end.abort();
  }
  for (const taker of [...feed.takers]) taker.leave();
}

/** Reads and hands out all that there is; who asks meanwhile shares it. */
function pump(feed: Feed): Promise<void> {
  feed.pumping ??= readAll(feed).finally(() => {
    feed.pumping = undefined;
  });
  return feed.pumping;
}

async function readAll({ reading, takers }: Feed): Promise<void> {
  for (;;) {
    const page = await reading.read();
    if (page.items.length > 0 || page.reset) {
      for (const taker of takers) if (!taker.take(page)) taker.leave();
    }
    if (page.upToDate) return;
  }
}

function add(feed: Feed, take: Take): Joined {
  const { promise, resolve } = Promise.withResolvers<Spot>();
  const taker: Taker = {
    take,
    leave: () => {
      if (!feed.takers.delete(taker)) return;
      // Takers are handed a page after the reading has moved past it.
      resolve(feed.reading.spot() as Spot);
      closeIfIdle(feed);
    },
  };
  feed.takers.add(taker);
  return {
    left: async (waitMs, signal) => {
      const timer = setTimeout(taker.leave, waitMs);
      signal.addEventListener('abort', taker.leave);
      if (signal.aborted) taker.leave();
      const spot = await promise;
      clearTimeout(timer);
      signal.removeEventListener('abort', taker.leave);
      return spot;
    },
  };
}

function closeIfIdle({ takers, joining, end }: Feed): void {
  if (takers.size === 0 && joining === 0) end.abort();
}

function isSame(spot: Spot, other: ReturnType<Reading['spot']>): boolean {
  if (typeof other === 'string' || spot.handle !== other.handle || spot.cursor.size !== other.cursor.size) return false;
  const isAt = ([shard, { generation, position }]: [string, Place]) => {
    const place = other.cursor.get(shard);
    return place?.generation === generation && place.position === position;
  };
  return [...spot.cursor].every(isAt);
}
