/** The events of a reader's logs in order, from any offset: pages, and handed over as they come. */
import type { Store } from '../store/store.ts';
import { createMembers } from './following.ts';
import { createHub, type Hub } from './hub.ts';
import { decodeOffset } from './offset.ts';
import { openReading, type Reading, type Start } from './reading.ts';
import type { Reader, Stream, Subscription } from './relay.ts';
import { organisationShard } from './rows.ts';
import { createTails } from './tail.ts';

/** Builds the stream over a store. */
export function createStream(store: Store): Stream {
  const deps = { store, tails: createTails(store), members: createMembers(store) };
  const hub = createHub((reader) => openReading(deps, reader, 'end'));
  const subscribe: Stream['subscribe'] = async (reader, offset) =>
    openSubscription(hub, reader, parseStart(store.handle, reader, offset), (start) =>
      openReading(deps, reader, start),
    );
  return {
    subscribe,
    read: async (reader, offset) => {
      using subscription = await subscribe(reader, offset);
      // Awaited here, so that it is not disposed of before it has read.
      return await subscription.read();
    },
  };
}

function parseStart(handle: string, reader: Reader, offset: string): Start {
  if (offset === '-1') return 'start';
  if (offset === 'now') return 'end';
  const given = decodeOffset(offset);
  return given.handle === handle && given.cursor.has(organisationShard(reader.organisation)) ? given : 'lost';
}

function openSubscription(hub: Hub, reader: Reader, start: Start, open: (start: Start) => Reading): Subscription {
  let reading = open(start);
  return {
    read: () => reading.read(),
    wait: async (waitMs, signal) => {
      await reading.wait(waitMs, signal);
    },
    follow: async (take, waitMs, signal) => {
      const spot = reading.spot();
      const joined = typeof spot === 'string' ? undefined : await hub.join(reader, spot, take);
      if (joined === undefined) return void (await reading.wait(waitMs, signal));
      reading[Symbol.dispose]();
      reading = open(await joined.left(waitMs, signal));
    },
    [Symbol.dispose]: () => reading[Symbol.dispose](),
  };
}
