/** The stream of a reader of feeds: what it is told, keeps it alive, paces it and ends it. */
import type { ServerResponse } from 'node:http';
import { eventId, recordOfFeed } from '#contract/feed-name.ts';
import { limits } from '#contract/limits.ts';
import { MIN_APP } from '#contract/version.ts';
import type { Context } from '../middleware/context.ts';
import type { FeedSink } from '../relay/feed-reader.ts';
import type { FeedBlock } from '../relay/pump.ts';
import type { Subscription } from '../relay/relay.ts';
import type { RouteDeps } from './deps.ts';
import { type EventWriter, openEvents } from './event-writer.ts';

/** A reader that is to be served. */
export interface Opened {
  readonly subscription: Subscription;
  /** Whether it resumes where nothing says from where. */
  readonly isLost: boolean;
}

/**
 * Serves a reader; resolves when its stream has ended: it left or fell behind, its key was revoked, it was recycled, the relay stops.
 * Rejects where the store is away.
 */
export async function startEventStream(
  { relay, metrics }: Pick<RouteDeps, 'relay' | 'metrics'>,
  { subscription, isLost }: Opened,
  context: Context,
  signal: AbortSignal,
): Promise<void> {
  using reader = subscription;
  const hello = { feeds: reader.offsets(), minApp: MIN_APP };
  using stream = openEvents(context, { handle: relay.handle, hello, ids: () => idOf(reader) });
  using _alive = keepAlive(stream, reader);
  const sink = sinkOf(stream, () => metrics.delivered(1));
  if (isLost) for (const [feed, offset] of Object.entries(reader.offsets())) sink.reset(feed, offset);
  for (let leftMs = 1; !signal.aborted && leftMs > 0; leftMs = stream.recycleAt - performance.now()) {
    const canTake = await reader.run(sink, stream.recycleAt - performance.now(), signal);
    if (!canTake && !(await stream.isTaken(signal))) return stream.cut();
  }
  stream.end(signal);
}

/** EventSource goes on from the last id, which a control event may bring where there is but one feed. */
function idOf(reader: Pick<Subscription, 'offsets'>): string {
  const [[feed, offset] = ['', ''], ...others] = Object.entries(reader.offsets());
  return others.length > 0 || feed === '' ? '' : `id: ${eventId(feed, offset)}\n`;
}

function sinkOf(stream: EventWriter, onBlock: () => void): FeedSink {
  return {
    block: (block) => {
      onBlock();
      writeBlock(stream.res, block);
      return !stream.hasUnread();
    },
    reset: (feed, offset) => stream.control({ type: 'reset', feed, offset }),
    snapshot: (feed, offset, told) => stream.control({ type: 'snapshot', feed, offset, ...told }),
    gone: (feed) => stream.control({ type: 'gone', feed }),
  };
}

/** Every so often the offsets that have moved. Whoever does not take what is there needs no sign of life beside it. */
function keepAlive(stream: EventWriter, reader: Pick<Subscription, 'offsets'>): Disposable {
  let told = reader.offsets();
  const say = () => {
    const now = reader.offsets();
    const moved = Object.entries(now).filter(([feed, offset]) => told[feed] !== offset);
    told = now;
    stream.control({ type: 'keepalive', offsets: Object.fromEntries(moved) });
  };
  const alive = setInterval(() => stream.hasUnread() || say(), limits.streamKeepaliveMs);
  return { [Symbol.dispose]: () => clearInterval(alive) };
}

/** What a block comes to on the wire, made once for all who are handed it: as text, and as one chunk of a chunked answer. */
const encoded = new WeakMap<FeedBlock, { readonly text: Buffer; readonly chunk: Buffer }>();

/** Past the response object: half the work of `res.write`, and it is what 1,000 readers cost. A pipelined answer has no socket yet. */
function writeBlock(res: ServerResponse, block: FeedBlock): void {
  const { text, chunk } = encoded.get(block) ?? encode(block);
  if (res.socket === null || !res.chunkedEncoding) res.write(text);
  else res.socket.write(chunk);
}

function encode(block: FeedBlock) {
  const name = recordOfFeed(block.feed) === undefined ? 'data' : 'entry';
  const event = `id: ${eventId(block.feed, block.offset)}\nevent: ${name}\ndata: ${block.json}\n\n`;
  const size = Buffer.byteLength(event);
  const head = `${size.toString(16)}\r\n`;
  const chunk = Buffer.from(`${head}${event}\r\n`);
  const text = chunk.subarray(head.length, head.length + size);
  encoded.set(block, { text, chunk });
  return { text, chunk };
}
