/** The stream for people: one call, three ways to read it. */
import { limits } from '#contract/limits.ts';
import type { Reply } from '../middleware/answer.ts';
import type { Reader, Relay, StreamRead } from '../relay/relay.ts';
import type { Call, Handlers } from './call.ts';
import type { RouteDeps } from './deps.ts';
import { startEventStream } from './event-stream.ts';

/** The handler of `/v1/stream`. */
export function streamHandlers({ relay, metrics }: RouteDeps) {
  return {
    stream: async (call) => {
      const place = await placeOf(call, relay);
      switch (call.query.live) {
        case 'sse':
          return { taken: (await startEventStream({ relay, metrics }, place, call.context, call.signal)).ended };
        case 'long-poll':
          return await longPoll(relay, place, call);
        case undefined:
          return pageOf(relay, await readOnce(relay, place));
      }
    },
  } satisfies Partial<Handlers>;
}

/** Where a reader wants to read. `reset`: what it has seen is of another store; it begins anew at `offset`. */
export interface Place {
  readonly reader: Reader;
  readonly offset: string;
  readonly reset: boolean;
}

/** `now` becomes the offset that it is, so that a reader knows where to go on before anything has happened. */
async function placeOf({ caller, query, context }: Call<'stream'>, relay: Relay): Promise<Place> {
  const { organisation } = caller;
  const names = query.machine?.split(',') ?? [];
  const machines = await Promise.all(names.map((name) => relay.machines.resolve(organisation, name)));
  const reader = machines.length === 0 ? { organisation } : { organisation, machines };
  const lastEventId = context.get('Last-Event-ID');
  const wanted = lastEventId === '' ? (query.offset ?? 'now') : lastEventId;
  const reset = query.handle !== undefined && query.handle !== relay.handle;
  if (!reset && wanted !== 'now') return { reader, offset: wanted, reset };
  return { reader, offset: (await relay.stream.read(reader, 'now')).offset, reset };
}

async function readOnce(relay: Relay, { reader, offset, reset }: Place): Promise<StreamRead> {
  if (reset) return { items: [], offset, reset: true, upToDate: true };
  return await relay.stream.read(reader, offset);
}

async function longPoll(relay: Relay, place: Place, { query, signal }: Call<'stream'>): Promise<Reply> {
  if (place.reset) return pageOf(relay, await readOnce(relay, place));
  using subscription = await relay.stream.subscribe(place.reader, place.offset);
  const first = await subscription.read();
  const waitMs = query.wait === undefined ? limits.holdMs - Math.random() * limits.holdJitterMs : query.wait * 1000;
  if (first.items.length > 0 || first.reset || waitMs === 0) return pageOf(relay, first);
  await subscription.wait(waitMs, signal);
  return pageOf(relay, await subscription.read());
}

function pageOf({ handle }: Relay, { items, offset, reset, upToDate }: StreamRead): Reply {
  const json = { handle, offset, ...(reset ? { reset } : {}), upToDate };
  return { json, lists: { items: items.map((item) => item.json) } };
}
