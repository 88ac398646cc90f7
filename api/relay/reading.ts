/** A reader's own way through the logs that it may see: registered, then read page by page. */
import type { Store } from '../store/store.ts';
import { isAbout } from './events.ts';
import { type Following, followFor, type Members } from './following.ts';
import { type Cursor, encodeOffset, type Place } from './offset.ts';
import type { Reader, StreamItem, StreamRead } from './relay.ts';
import type { Tails } from './tail.ts';
import { openWaiter, type Waiter } from './waiter.ts';

/** Bounds of one page: items, and UTF-16 units of them with their offsets, which are long where there are many machines. */
const ITEMS_MAX = 500;
const UNITS_MAX = 256 * 1024;

const origin: Place = { generation: '', position: 0 };

/** A place in the logs, of a store as it was. */
export interface Spot {
  readonly handle: string;
  readonly cursor: Cursor;
}

/** Where a reader starts: a spot, or a word for it; `lost` where its offset is of another store or organisation. */
export type Start = Spot | 'start' | 'end' | 'lost';

export interface Reading extends Disposable {
  read(): Promise<StreamRead>;
  readonly wait: Waiter['wait'];
  /** Where it stands; a word until it has read. */
  spot(): Start;
}

export interface ReadingDeps {
  readonly store: Store;
  readonly tails: Tails;
  readonly members: Members;
}

/** Registers a reader at a place. */
export function openReading({ store, tails, members }: ReadingDeps, reader: Reader, start: Start): Reading {
  const followed: Following[] = [];
  const waiter = openWaiter((wake) => {
    followed.push(followFor(tails, members, reader, wake));
    return followed;
  });
  const [following] = followed as [Following];
  let spot = start;
  return {
    read: async () => {
      // A store that may have forgotten what it had told wakes everybody; readers then read all anew.
      const { handle } = store;
      if (typeof spot !== 'string' && spot.handle !== handle) spot = 'lost';
      await following.refresh();
      const from = typeof spot === 'string' ? await placesAt(following, spot) : spot.cursor;
      const read = spot === 'lost' ? undefined : await readAfter(handle, following, reader, from);
      const cursor = read?.cursor ?? (await placesAt(following, 'end'));
      spot = { handle, cursor };
      return read?.page ?? { items: [], offset: encodeOffset(handle, cursor), upToDate: true, reset: true };
    },
    wait: waiter.wait,
    spot: () => spot,
    [Symbol.dispose]: () => waiter[Symbol.dispose](),
  };
}

async function placesAt({ tails }: Following, where: 'start' | 'end' | 'lost'): Promise<Cursor> {
  const places = new Map<string, Place>();
  for (const [shard, tail] of tails) {
    const { generation, first, last } = await tail.state();
    places.set(shard, { generation, position: where === 'start' ? first - 1 : last });
  }
  return places;
}
/** Reads the unread logs after their places, in order; undefined where one of the places is lost. */
async function readAfter(
  handle: string,
  { tails, unread }: Following,
  reader: Reader,
  from: Cursor,
): Promise<{ readonly page: StreamRead; readonly cursor: Cursor } | undefined> {
  const cursor = new Map<string, Place>();
  for (const shard of tails.keys()) cursor.set(shard, from.get(shard) ?? origin);
  const items: StreamItem[] = [];
  let units = 0;
  for (const [shard, tail] of tails) {
    if (!unread.delete(shard)) continue;
    const read = await tail.after(cursor.get(shard) ?? origin, ITEMS_MAX + 1);
    if (read === undefined) return undefined;
    for (const { position, json } of read.entries) {
      if (items.length === ITEMS_MAX || units > UNITS_MAX) {
        unread.add(shard);
        break;
      }
      cursor.set(shard, { generation: read.generation, position });
      if (reader.machines !== undefined && !isAbout(json, reader.machines)) continue;
      const offset = encodeOffset(handle, cursor);
      items.push({ json, offset });
      units += json.length + offset.length;
    }
    // Entries of machines that this reader did not name may have filled the page.
    if (read.entries.length > ITEMS_MAX) unread.add(shard);
  }
  return { page: { items, offset: encodeOffset(handle, cursor), upToDate: unread.size === 0 }, cursor };
}
