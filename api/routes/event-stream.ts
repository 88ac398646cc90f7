/** One SSE stream, written straight to the socket: what opens it, keeps it alive, paces it and ends it. */
import type { ServerResponse } from 'node:http';
import type { SnapshotTold } from '#contract/channel.ts';
import type { Control } from '#contract/feed.ts';
import { eventId, recordOfFeed } from '#contract/feed-name.ts';
import { limits } from '#contract/limits.ts';
import { MIN_APP, PROTOCOL } from '#contract/version.ts';
import type { Context } from '../middleware/context.ts';
import type { HoldEnd } from '../middleware/held.ts';
import { securityHeaders } from '../middleware/security-headers.ts';
import type { FeedBlock } from '../relay/pump.ts';
import type { Subscription } from '../relay/relay.ts';
import type { RouteDeps } from './deps.ts';

/** What a reader is told to wait before it comes back, in ms. */
const retryMs = 1000;

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
  context.respond = false;
  const stream = openStream(context.res, relay.handle, reader);
  if (isLost) for (const [feed, offset] of Object.entries(reader.offsets())) stream.reset(feed, offset);
  using _timers = keepAlive(stream);
  const sink = {
    block: (block: FeedBlock) => {
      metrics.delivered(1);
      stream.block(block);
      return !stream.hasUnread();
    },
    reset: stream.reset,
    snapshot: stream.snapshot,
    gone: stream.gone,
  };
  const recycleAt = performance.now() + limits.streamRecycleMs * (0.9 + Math.random() * 0.2);
  for (let leftMs = 1; !signal.aborted && leftMs > 0; leftMs = recycleAt - performance.now()) {
    const canTake = await reader.run(sink, recycleAt - performance.now(), signal);
    if (!canTake && !(await stream.isTaken(signal))) return stream.cut();
  }
  const reason: unknown = signal.reason;
  if (!signal.aborted || reason === ('stopping' satisfies HoldEnd)) stream.control({ type: 'recycle' });
  stream.end();
}

interface EventStream {
  block(block: FeedBlock): void;
  reset(feed: string, offset: string): void;
  snapshot(feed: string, offset: string, told: SnapshotTold): void;
  gone(feed: string): void;
  control(event: Omit<Control, 'p' | 'handle'>): void;
  keepAlive(): void;
  /** Whether anything waits that neither the reader nor the network has taken. */
  hasUnread(): boolean;
  /** Waits until nothing waits any more; false where the reader took nothing for too long. */
  isTaken(signal: AbortSignal): Promise<boolean>;
  end(): void;
  cut(): void;
}

/** Sends the headers, the padding and `hello`. */
function openStream(res: ServerResponse, handle: string, reader: Pick<Subscription, 'offsets'>): EventStream {
  /** EventSource goes on from the last id, which a control event may bring where there is but one feed. */
  const ids = () => {
    const [[feed, offset] = ['', ''], ...others] = Object.entries(reader.offsets());
    return others.length > 0 || feed === '' ? '' : `id: ${eventId(feed, offset)}\n`;
  };
  const control: EventStream['control'] = (event) => {
    res.write(`${ids()}event: control\ndata: ${JSON.stringify({ p: PROTOCOL, handle, ...event })}\n\n`);
  };
  let told = reader.offsets();
  res.writeHead(200, streamHeaders(res));
  res.flushHeaders();
  res.write(`:${' '.repeat(limits.streamPadBytes)}\nretry: ${retryMs}\n\n`);
  control({ type: 'hello', feeds: told, minApp: MIN_APP });
  return {
    control,
    block: (block) => writeBlock(res, block),
    reset: (feed, offset) => control({ type: 'reset', feed, offset }),
    snapshot: (feed, offset, told) => control({ type: 'snapshot', feed, offset, ...told }),
    gone: (feed) => control({ type: 'gone', feed }),
    keepAlive: () => {
      const now = reader.offsets();
      const moved = Object.entries(now).filter(([feed, offset]) => told[feed] !== offset);
      told = now;
      control({ type: 'keepalive', offsets: Object.fromEntries(moved) });
    },
    // One that is pipelined behind another answer has no socket yet and keeps what is written by itself.
    hasUnread: () => (res.socket ?? res).writableLength > 0,
    isTaken: (signal) => isTaken(res, signal),
    end: () => res.end(),
    cut: () => res.destroy(),
  };
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

/** `Content-Type` without a charset, and nothing that invites a proxy to buffer, compress or keep. */
export function streamHeaders(res: ServerResponse): Record<string, string> {
  res.removeHeader('Vary');
  return {
    ...securityHeaders,
    'Content-Type': 'text/event-stream',
    'Cache-Control': 'no-store, no-transform',
    'X-Accel-Buffering': 'no',
  };
}

/** Asks by a comment, which is taken once all before it is. A large event has the time that it takes over a slow line. */
async function isTaken(res: ServerResponse, signal: AbortSignal): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const giveUp = () => resolve(false);
  const waiting = (res.socket ?? res).writableLength;
  const timer = setTimeout(giveUp, limits.streamStallMs + (waiting / limits.streamBytesPerSecondMin) * 1000);
  signal.addEventListener('abort', giveUp);
  res.write(':\n\n', (error) => resolve(!(error instanceof Error)));
  try {
    return await promise;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', giveUp);
  }
}

/** A second event soon after the first, since some middleboxes hold back the newest; then a sign of life every so often. */
function keepAlive(stream: EventStream): Disposable {
  const second = setTimeout(() => stream.control({ type: 'ready' }), limits.streamSecondEventMs);
  // Whoever does not take what is there needs no sign of life beside it.
  const alive = setInterval(() => stream.hasUnread() || stream.keepAlive(), limits.streamKeepaliveMs);
  return {
    [Symbol.dispose]: () => {
      clearTimeout(second);
      clearInterval(alive);
    },
  };
}
