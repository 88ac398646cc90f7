/** The stream of a reader of feeds: what it is told, keeps it alive, paces it and ends it. */
import type { ServerResponse } from 'node:http';
import { eventId, recordOfFeed } from '#contract/feed-name.ts';
import { limits } from '#contract/limits.ts';
import { MIN_APP } from '#contract/version.ts';
import type { Context } from '../middleware/context.ts';
import type { FeedSink } from '../relay/feeds/feed-reader.ts';
import type { FeedBlock } from '../relay/feeds/pump.ts';
import type { Subscription } from '../relay/relay.ts';
import type { RouteDeps } from './deps.ts';
import { type ControlSaid, type EventWriter, openEvents } from './event-writer.ts';

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
  using follower = createFollower(stream);
  const sink = sinkOf(stream, follower, () => metrics.delivered(1));
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

function sinkOf(stream: EventWriter, follower: Follower, onBlock: () => void): FeedSink {
  const control = (said: ControlSaid) => {
    stream.control(said);
    follower.told();
  };
  return {
    block: (block) => {
      onBlock();
      writeBlock(stream.res, block);
      follower.told();
      return !stream.hasUnread();
    },
    reset: (feed, offset) => control({ type: 'reset', feed, offset }),
    snapshot: (feed, offset, told) => control({ type: 'snapshot', feed, offset, ...told }),
    gone: (feed) => control({ type: 'gone', feed }),
  };
}

interface Follower extends Disposable {
  /** The reader was told something. */
  told(): void;
}

/** Says `ready` soon after the last event, as after `hello`: some gateways hold back the newest one until another comes. */
function createFollower(stream: EventWriter): Follower {
  let timer: NodeJS.Timeout | undefined;
  const follow = () => {
    if (stream.hasUnread()) timer?.refresh();
    else stream.control({ type: 'ready' });
  };
  return {
    told: () => {
      if (timer === undefined) timer = setTimeout(follow, limits.streamSecondEventMs);
      else timer.refresh();
    },
    [Symbol.dispose]: () => clearTimeout(timer),
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

/** Past the response object: half the work of `res.write`, and it is what 1,000 readers cost. A pipelined answer has no socket yet, and what was just written by `res.write` would be overtaken: Node gathers that for a tick. */
function writeBlock(res: ServerResponse, block: FeedBlock): void {
  const { text, chunk } = encoded.get(block) ?? encode(block);
  if (res.socket === null || !res.chunkedEncoding || res.writableCorked > 0) res.write(text);
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
