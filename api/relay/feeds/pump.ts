/**
 * Pumps: one a log, shared by all who follow it. What this process commits is handed on from memory, what comes from elsewhere is read from
 * the store once; it is kept for a while, and every reader gets the same block.
 */
import type { Appended, Entry, LogState, Store } from '../../store/store.ts';
import { EVENTS } from '../rows.ts';
import { parseEntry } from './blocks.ts';
import { type FeedPosition, formatOffset, isRetained, positionAt, tagOf } from './offset.ts';

/** Blocks kept of a log, at most; UTF-16 units of them, at most. */
const BLOCKS_MAX = 1000;
const UNITS_MAX = 4 * 1024 * 1024;
/** UTF-16 units of a page of the log that is kept for the next reader who asks for the same, until the pump looks again. */
const PAGE_UNITS_MAX = 1024 * 1024;
/** A pump looks again after this time in ms also where no signal came: one may be lost. */
const LOOK_EVERY_MS = 15_000;

/** One event of a feed: the same object for all who get it. */
export interface FeedBlock {
  readonly feed: string;
  readonly place: FeedPosition;
  /** Of the place. */
  readonly offset: string;
  readonly scope: string;
  /** A snapshot stands in its place. */
  readonly isReplaced: boolean;
  /** A serialised list of `ItemChange`, on one line. */
  readonly json: string;
}

/** Who follows a pump. None of these may throw or wait. */
export interface PumpListener {
  /** The next block; called in order, right as the pump moves on. */
  block(block: FeedBlock): void;
  /** The log is another one than before, or has lost what came next. */
  lost(): void;
  /** The store is away. */
  failed(error: unknown): void;
}

export interface Pump {
  /** Where the log stands. */
  end(): Promise<FeedPosition>;
  /** Where it begins. */
  start(): Promise<FeedPosition>;
  /** Blocks after a place, `limit` at most; undefined where the place is lost. */
  after(place: FeedPosition, limit: number): Promise<readonly FeedBlock[] | undefined>;
  /** Whether the pump stands at this place now: whoever listens then gets every block that follows. */
  isAt(place: FeedPosition): boolean;
}

export interface Pumps {
  /** Follows the log of a shard until disposed. */
  follow(shard: string, feed: string, listener: PumpListener): Pump & Disposable;
}

interface Followed {
  readonly store: Store;
  readonly shard: string;
  readonly feed: string;
  readonly listeners: Set<PumpListener>;
  isStale: boolean;
  refreshing: Promise<void> | undefined;
  handle: string;
  state: LogState | undefined;
  tag: string;
  blocks: FeedBlock[];
  units: number;
  /** The last page that was read for a reader far behind: many come back at once, and from the same place. */
  page: readonly FeedBlock[];
}

/** Opens pumps over a store. */
export function createPumps(store: Store): Pumps {
  const byShard = new Map<string, { readonly followed: Followed; readonly end: () => void }>();
  const open = (shard: string, feed: string) => {
    const followed: Followed = {
      ...{ store, shard, feed, listeners: new Set(), isStale: true, refreshing: undefined },
      ...{ handle: store.handle, state: undefined, tag: '', blocks: [], units: 0, page: [] },
    };
    const look = (appended?: Appended) => {
      if (appended !== undefined && follows(followed, appended)) return goOnWith(followed, appended);
      followed.isStale = true;
      refresh(followed).catch((error: unknown) => {
        for (const listener of [...followed.listeners]) listener.failed(error);
      });
    };
    const listening = store.listen(shard, EVENTS, look);
    const lookAgain = () => {
      followed.page = [];
      look();
    };
    const timer = setInterval(lookAgain, LOOK_EVERY_MS).unref();
    const end = () => {
      listening[Symbol.dispose]();
      clearInterval(timer);
      byShard.delete(shard);
    };
    const opened = { followed, end };
    byShard.set(shard, opened);
    return opened;
  };
  return {
    follow: (shard, feed, listener) => {
      const { followed, end } = byShard.get(shard) ?? open(shard, feed);
      // One listener may follow twice.
      const own: PumpListener = { ...listener };
      followed.listeners.add(own);
      return {
        end: async () => {
          const { last } = await fresh(followed);
          return positionAt(followed.tag, last);
        },
        start: async () => {
          // Nobody signals a trim.
          followed.isStale = true;
          const { first } = await fresh(followed);
          return positionAt(followed.tag, first - 1);
        },
        after: async (place, limit) => {
          // A place beyond what is known comes from another process, which was told earlier.
          if (place.position > (followed.state?.last ?? 0)) followed.isStale = true;
          return blocksAfter(followed, await fresh(followed), place, limit);
        },
        isAt: ({ tag, position }) =>
          !followed.isStale && position === followed.state?.last && (tag === followed.tag || position === 0),
        [Symbol.dispose]: () => {
          if (followed.listeners.delete(own) && followed.listeners.size === 0) end();
        },
      };
    },
  };
}

/** The log as it is by now; all who ask at once share one read. */
async function fresh(followed: Followed): Promise<LogState> {
  await refresh(followed);
  if (followed.state === undefined) throw new Error(`the log of ${followed.shard} was not read`);
  return followed.state;
}

/** Brings a pump up to its log. Not stale is not yet fresh: a read that somebody else began has still to come back. */
async function refresh(followed: Followed): Promise<void> {
  while (followed.isStale || followed.refreshing !== undefined) {
    followed.refreshing ??= read(followed).finally(() => {
      followed.refreshing = undefined;
    });
    await followed.refreshing;
  }
}

async function read(followed: Followed): Promise<void> {
  const { store, shard, state } = followed;
  followed.isStale = false;
  try {
    const { handle } = store;
    if (state === undefined || handle !== followed.handle) {
      begin(followed, handle, await store.log(shard, EVENTS));
      return;
    }
    const { entries, ...now } = await store.entries(shard, EVENTS, state.last, BLOCKS_MAX);
    const isSame = state.generation === '' || now.generation === state.generation;
    // Where nothing is left to read, the log must stand where the pump stands: else what came between was trimmed.
    if (!isSame || (entries[0]?.position ?? now.last + 1) !== state.last + 1) {
      begin(followed, handle, now);
      return;
    }
    goOn(followed, { ...now, last: entries.at(-1)?.position ?? state.last }, entries);
    if (followed.state?.last !== now.last) followed.isStale = true;
  } catch (cause) {
    followed.isStale = true;
    throw cause;
  }
}

/** At first only where the log stands: what came before, each reader takes from the store. */
function begin(followed: Followed, handle: string, state: LogState): void {
  const isFirst = followed.state === undefined;
  Object.assign(followed, { handle, state, tag: tagOf(handle, state), blocks: [], units: 0, page: [] });
  if (!isFirst) for (const listener of [...followed.listeners]) listener.lost();
}

/** Whether nothing lies between what was told last and this, and nothing is being read that may hold it too; else the log says. */
function follows(followed: Followed, { generation, entries }: Appended): boolean {
  const { state, store, handle, isStale, refreshing } = followed;
  if (state === undefined || isStale || refreshing !== undefined || store.handle !== handle) return false;
  const isSame = state.generation === '' || state.generation === generation;
  return isSame && entries[0]?.position === state.last + 1;
}

function goOnWith(followed: Followed, { generation, entries }: Appended): void {
  const { first = 1, last = 0 } = followed.state ?? {};
  goOn(followed, { generation, first, last: entries.at(-1)?.position ?? last }, entries);
}

function goOn(followed: Followed, state: LogState, entries: readonly Entry[]): void {
  if (state.generation !== followed.state?.generation) followed.tag = tagOf(followed.handle, state);
  for (const entry of entries) {
    const block = blockAt(followed, entry);
    followed.blocks.push(block);
    followed.units += block.json.length;
    // Listeners ask where the pump stands while they are told.
    followed.state = { ...state, last: entry.position };
    for (const listener of [...followed.listeners]) listener.block(block);
  }
  followed.state = state;
  while (followed.blocks.length > BLOCKS_MAX || followed.units > UNITS_MAX)
    followed.units -= followed.blocks.shift()?.json.length ?? followed.units;
}

function blockAt({ feed, tag }: Pick<Followed, 'feed' | 'tag'>, { position, value }: Entry): FeedBlock {
  const place = { tag, position };
  return { feed, place, offset: formatOffset(place), ...parseEntry(value) };
}

async function blocksAfter(
  followed: Followed,
  state: LogState,
  place: FeedPosition,
  limit: number,
): Promise<readonly FeedBlock[] | undefined> {
  const { feed, tag } = followed;
  if (!isRetained(place, tag, state)) return undefined;
  if (place.position === state.last) return [];
  const [oldest] = followed.blocks;
  if (oldest !== undefined && place.position >= oldest.place.position - 1) {
    const start = place.position - oldest.place.position + 1;
    return followed.blocks.slice(start, start + limit);
  }
  const known = followed.page.findIndex((block) => block.place.position === place.position + 1);
  if (known !== -1) return followed.page.slice(known, known + limit);
  const { entries, ...now } = await followed.store.entries(followed.shard, EVENTS, place.position, limit);
  const isWhole = now.generation === state.generation && entries[0]?.position === place.position + 1;
  if (!isWhole) return undefined;
  const page = entries.map((entry) => blockAt({ feed, tag }, entry));
  const isSmall = page.reduce((units, { json }) => units + json.length, 0) <= PAGE_UNITS_MAX;
  // The log may be another one by now.
  if (isSmall && tag === followed.tag) followed.page = page;
  return page;
}
