/** One SSE stream, written straight to the socket: what opens it, keeps it alive, paces it and ends it. */
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { limits } from '#contract/limits.ts';
import type { Control } from '#contract/stream.ts';
import { MIN_APP, PROTOCOL } from '#contract/version.ts';
import type { Metrics } from '../metrics.ts';
import type { Context } from '../middleware/context.ts';
import type { HoldEnd } from '../middleware/held.ts';
import { securityHeaders } from '../middleware/security-headers.ts';
import type { StreamRead, Subscription } from '../relay/relay.ts';
import type { RouteDeps } from './deps.ts';
import type { Place } from './stream.ts';

/** What a reader is told to wait before it comes back, in ms. */
const retryMs = 1000;

/**
 * Opens a stream; throws what stands in the way of that. The promise that comes with it resolves when the stream has ended: the reader left
 * or fell behind, its key was revoked, it was recycled, the relay stops; it rejects where the store is away.
 */
export async function startEventStream(
  { relay, metrics }: Pick<RouteDeps, 'relay' | 'metrics'>,
  place: Place,
  context: Context,
  signal: AbortSignal,
): Promise<{ readonly ended: Promise<void> }> {
  const subscription = await relay.stream.subscribe(place.reader, place.offset);
  context.respond = false;
  const stream = openStream(context.res, relay.handle, place.offset);
  if (place.reset) stream.control('reset');
  return { ended: runEventStream(subscription, stream, metrics, signal) };
}

async function runEventStream(
  opened: Subscription,
  stream: EventStream,
  metrics: Metrics,
  signal: AbortSignal,
): Promise<void> {
  using subscription = opened;
  using _timers = keepAlive(stream);
  const take = (page: StreamRead) => {
    if (page.items.length > 0) metrics.delivered(page.items.length);
    stream.page(page);
    return !stream.isBehind();
  };
  const recycleAt = performance.now() + limits.streamRecycleMs * (0.9 + Math.random() * 0.2);
  for (let leftMs = 1; !signal.aborted && leftMs > 0; leftMs = recycleAt - performance.now()) {
    const page = await subscription.read();
    if (signal.aborted) break;
    if (!take(page) && !(await stream.drained(signal))) return stream.cut();
    if (page.upToDate) await subscription.follow(take, recycleAt - performance.now(), signal);
  }
  const reason: unknown = signal.reason;
  if (!signal.aborted || reason === ('stopping' satisfies HoldEnd)) stream.control('recycle');
  stream.end();
}

interface EventStream {
  page(page: StreamRead): void;
  control(type: Control['type'], offset?: string): void;
  isBehind(): boolean;
  /** Whether the reader took what was written, in time. */
  drained(signal: AbortSignal): Promise<boolean>;
  end(): void;
  cut(): void;
}

/** Sends the headers, the padding and `hello`. */
function openStream(res: ServerResponse, handle: string, from: string): EventStream {
  let offset = from;
  const control = (type: Control['type'], at = offset) => {
    offset = at;
    const event: Control = { p: PROTOCOL, type, handle, offset, ...(type === 'hello' ? { minApp: MIN_APP } : {}) };
    res.write(`id: ${offset}\nevent: control\ndata: ${JSON.stringify(event)}\n\n`);
  };
  res.writeHead(200, headersOf(res));
  res.flushHeaders();
  res.write(`:${' '.repeat(limits.streamPadBytes)}\nretry: ${retryMs}\n\n`);
  control('hello');
  return {
    control,
    page: (page) => {
      if (page.items.length > 0) writePage(res, page);
      offset = page.offset;
      if (page.reset) control('reset');
    },
    // One that is pipelined behind another answer has no socket yet and keeps what is written by itself.
    isBehind: () => (res.socket ?? res).writableLength > limits.streamBacklogBytesMax,
    drained: (signal) => drained(res, signal),
    end: () => res.end(),
    cut: () => res.destroy(),
  };
}

/** What a page comes to on the wire, made once for all who are handed the same: as text, and as one chunk of a chunked answer. */
const encoded = new WeakMap<StreamRead, { readonly text: Buffer; readonly chunk: Buffer }>();

/** Past the response object: half the work of `res.write`, and it is what 1,000 readers cost. A pipelined answer has no socket yet. */
function writePage(res: ServerResponse, page: StreamRead): void {
  const { text, chunk } = encoded.get(page) ?? encode(page);
  if (res.socket === null || !res.chunkedEncoding) res.write(text);
  else res.socket.write(chunk);
}

function encode(page: StreamRead) {
  const events = page.items.map(({ offset, json }) => `id: ${offset}\nevent: data\ndata: ${json}\n\n`);
  const text = Buffer.from(events.join(''));
  const chunk = Buffer.concat([Buffer.from(`${text.length.toString(16)}\r\n`), text, Buffer.from('\r\n')]);
  encoded.set(page, { text, chunk });
  return { text, chunk };
}

/** `Content-Type` without a charset, and nothing that invites a proxy to buffer, compress or keep. */
function headersOf(res: ServerResponse): Record<string, string> {
  res.removeHeader('Vary');
  return {
    ...securityHeaders,
    'Content-Type': 'text/event-stream',
    'Cache-Control': 'no-store, no-transform',
    'X-Accel-Buffering': 'no',
  };
}

async function drained({ socket }: ServerResponse, signal: AbortSignal): Promise<boolean> {
  if (socket === null) return false;
  const deadline = AbortSignal.timeout(limits.streamStallMs);
  const stop = new AbortController();
  const abort = () => stop.abort();
  signal.addEventListener('abort', abort);
  deadline.addEventListener('abort', abort);
  try {
    await once(socket, 'drain', { signal: stop.signal });
    return true;
  } catch {
    return false;
  } finally {
    signal.removeEventListener('abort', abort);
    deadline.removeEventListener('abort', abort);
  }
}

/** A second event soon after the first, since some middleboxes hold back the newest; then a sign of life every so often. */
function keepAlive(stream: EventStream): Disposable {
  const second = setTimeout(() => stream.control('ready'), limits.streamSecondEventMs);
  // Whoever does not take what is there needs no sign of life beside it.
  const alive = setInterval(() => stream.isBehind() || stream.control('keepalive'), limits.streamKeepaliveMs);
  return {
    [Symbol.dispose]: () => {
      clearTimeout(second);
      clearInterval(alive);
    },
  };
}
