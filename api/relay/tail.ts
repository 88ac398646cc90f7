/** The newest entries of logs, kept in this process while anybody follows them: read once, whoever many follow. */
import type { LogState, Store } from '../store/store.ts';
import type { Place } from './offset.ts';
import { EVENTS } from './rows.ts';

/** Entries kept of a log, at most; UTF-16 units of them, at most. */
const ENTRIES_MAX = 1000;
const UNITS_MAX = 4 * 1024 * 1024;

/** An event of a log: serialised, with its position. */
export interface TailEntry {
  readonly position: number;
  readonly json: string;
}

export interface TailRead {
  readonly generation: string;
  readonly entries: readonly TailEntry[];
}

/** One log, followed. */
export interface Tail extends Disposable {
  /** Where the log stands. */
  state(): Promise<LogState>;
  /** Entries after a place, `limit` at most; undefined where the place is not in what is retained: another generation, trimmed, or to come. */
  after(place: Place, limit: number): Promise<TailRead | undefined>;
}

export interface Tails {
  /** Follows the log of a shard; `wake` is called when it may have grown. */
  follow(shard: string, wake: () => void): Tail;
}

interface Shared {
  followers: Set<() => void>;
  listening: Disposable;
  isStale: boolean;
  /** The store's handle when it was read. */
  handle: string;
  refreshing: Promise<void> | undefined;
  state: LogState;
  entries: TailEntry[];
  units: number;
}

const unread: LogState = { generation: '', first: 1, last: 0 };

/** Opens tails over a store. */
export function createTails(store: Store): Tails {
  const byShard = new Map<string, Shared>();
  return {
    follow: (shard, wake) => {
      const shared = byShard.get(shard) ?? openShared(store, shard);
      byShard.set(shard, shared);
      const own = () => wake();
      shared.followers.add(own);
      const state = async () => {
        await refresh(store, shard, shared);
        return shared.state;
      };
      return {
        state,
        after: async (place, limit) => {
          // A place beyond what is known comes from another process that was told earlier.
          if (place.position > shared.state.last) shared.isStale = true;
          const { generation } = await state();
          const entries = await read(store, shard, shared, place, limit);
          return entries && { generation, entries };
        },
        [Symbol.dispose]: () => {
          shared.followers.delete(own);
          if (shared.followers.size > 0) return;
          shared.listening[Symbol.dispose]();
          if (byShard.get(shard) === shared) byShard.delete(shard);
        },
      };
    },
  };
}

function openShared(store: Store, shard: string): Shared {
  const shared: Shared = {
    followers: new Set(),
    listening: store.listen(shard, EVENTS, () => {
      shared.isStale = true;
      for (const wake of [...shared.followers]) wake();
    }),
    isStale: true,
    handle: store.handle,
    refreshing: undefined,
    state: unread,
    entries: [],
    units: 0,
  };
  return shared;
}

/** Brings the tail up to the log; all who ask at once share one read. */
async function refresh(store: Store, shard: string, shared: Shared): Promise<void> {
  // Not stale is not yet fresh: a read that somebody else began has still to come back.
  while (shared.isStale || shared.refreshing !== undefined) {
    shared.refreshing ??= reread(store, shard, shared).finally(() => {
      shared.refreshing = undefined;
    });
    await shared.refreshing;
  }
}

async function reread(store: Store, shard: string, shared: Shared): Promise<void> {
  shared.isStale = false;
  try {
    // At first only where it stands: what came before, each reader takes from the store.
    const { handle } = store;
    const isFirst = shared.state === unread || handle !== shared.handle;
    const { entries, ...state } = isFirst
      ? { entries: [], ...(await store.log(shard, EVENTS)) }
      : await store.entries(shard, EVENTS, shared.state.last, ENTRIES_MAX);
    const isSame = shared.state.last === 0 || state.generation === shared.state.generation;
    if (!isFirst && isSame && state.last - shared.state.last === entries.length) grow(shared, entries);
    else clear(shared);
    shared.state = state;
    shared.handle = handle;
  } catch (cause) {
    shared.isStale = true;
    throw cause;
  }
}

function grow(shared: Shared, entries: readonly { position: number; value: string }[]): void {
  for (const { position, value } of entries) {
    shared.entries.push({ position, json: value });
    shared.units += value.length;
  }
  const surplus = shared.entries.length - ENTRIES_MAX;
  if (shared.units > UNITS_MAX) clear(shared);
  else if (surplus > 0) for (const { json } of shared.entries.splice(0, surplus)) shared.units -= json.length;
}

function clear(shared: Shared): void {
  shared.entries = [];
  shared.units = 0;
}

async function read(
  store: Store,
  shard: string,
  shared: Shared,
  place: Place,
  limit: number,
): Promise<readonly TailEntry[] | undefined> {
  const { state } = shared;
  const isStart = place.generation === '' && place.position === 0;
  if (!isStart && place.generation !== state.generation) return undefined;
  if (place.position > state.last || place.position < state.first - 1) return undefined;
  if (place.position === state.last) return [];
  const [oldest] = shared.entries;
  if (oldest !== undefined && place.position >= oldest.position - 1) {
    const start = place.position - oldest.position + 1;
    return shared.entries.slice(start, start + limit);
  }
  const { entries, ...now } = await store.entries(shard, EVENTS, place.position, limit);
  const isWhole = now.generation === state.generation && entries[0]?.position === place.position + 1;
  return isWhole ? entries.map(({ position, value }) => ({ position, json: value })) : undefined;
}
