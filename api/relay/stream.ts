/** Events for people: one ordered reading over the organisation's log and those of its machines, resumable from any offset. */
import type { Store } from '../store/store.ts';
import { isAbout } from './events.ts';
import { createMembers, type Following, followFor, type Members } from './following.ts';
import { type Cursor, decodeOffset, encodeOffset, type Place } from './offset.ts';
import type { Reader, Stream, StreamItem, StreamRead, Subscription } from './relay.ts';
import { organisationShard } from './rows.ts';
import { createTails, type Tails } from './tail.ts';
import { openWaiter } from './waiter.ts';

/** Events of one read, and their UTF-16 units: what a reader may be given at once. */
const ITEMS_MAX = 500;
const UNITS_MAX = 256 * 1024;

const origin: Place = { generation: '', position: 0 };

/** Builds the stream over a store. */
export function createStream(store: Store): Stream {
  const tails = createTails(store);
  const members = createMembers(store);
  const subscribe: Stream['subscribe'] = async (reader, offset) =>
    openSubscription(store, tails, members, reader, parseStart(store.handle, reader, offset));
  return {
    subscribe,
    read: async (reader, offset) => {
      using subscription = await subscribe(reader, offset);
      // Awaited here, so that it is not disposed of before it has read.
      return await subscription.read();
    },
  };
}

/** Where a reader starts: a place in each log, or a word for it; `lost` where its offset is of another store or organisation. */
type Start = Cursor | 'start' | 'end' | 'lost';

function parseStart(handle: string, reader: Reader, offset: string): Start {
  if (offset === '-1') return 'start';
  if (offset === 'now') return 'end';
  const given = decodeOffset(offset);
  return given.handle === handle && given.cursor.has(organisationShard(reader.organisation)) ? given.cursor : 'lost';
}

function openSubscription(store: Store, tails: Tails, members: Members, reader: Reader, start: Start): Subscription {
  let { handle } = store;
  let following: Following | undefined;
  let place = start;
  const waiter = openWaiter((wake) => {
    following = followFor(tails, members, reader, wake);
    return [following];
  });
  return {
    read: async () => {
      if (following === undefined) return { items: [], offset: encodeOffset(handle, new Map()), upToDate: true };
      // A store that may have forgotten what it had told wakes everybody; readers then read all anew.
      if (store.handle !== handle) [handle, place] = [store.handle, 'lost'];
      await following.refresh();
      const from = typeof place === 'string' ? await placesAt(following, place) : place;
      const read = place === 'lost' ? undefined : await readAfter(handle, following, reader, from);
      place = read?.cursor ?? (await placesAt(following, 'end'));
      return read?.page ?? { items: [], offset: encodeOffset(handle, place), upToDate: true, reset: true };
    },
    wait: async (waitMs, signal) => {
      await waiter.wait(waitMs, signal);
    },
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
      items.push({ json, offset: encodeOffset(handle, cursor) });
      units += json.length;
    }
    // Entries of machines that this reader did not name may have filled the page.
    if (read.entries.length > ITEMS_MAX) unread.add(shard);
  }
  return { page: { items, offset: encodeOffset(handle, cursor), upToDate: unread.size === 0 }, cursor };
}
