/** One SSE stream, written straight to the socket: what opens it, keeps it alive, paces it and ends it. */
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { limits } from '#contract/limits.ts';
import type { Control } from '#contract/stream.ts';
import { MIN_APP, PROTOCOL } from '#contract/version.ts';
import type { Metrics } from '../metrics.ts';
import type { Context } from '../middleware/context.ts';
import type { HoldEnd } from '../middleware/held.ts';
import type { StreamItem, Subscription } from '../relay/relay.ts';
import type { RouteDeps } from './deps.ts';
import type { Place } from './stream.ts';

/** What a reader is told to wait before it comes back, in ms. */
const retryMs = 1000;

/** Resolves when the stream has ended: the reader left or fell behind, its key was revoked, it was recycled, the relay stops. */
export async function runEventStream(
  { relay, metrics }: Pick<RouteDeps, 'relay' | 'metrics'>,
  place: Place,
  context: Context,
  signal: AbortSignal,
): Promise<void> {
  using subscription = await relay.stream.subscribe(place.reader, place.offset);
  context.respond = false;
  const stream = openStream(context, relay.handle, place.offset);
  using _second = startTimer(limits.streamSecondEventMs, () => stream.control('ready'));
  if (place.reset) stream.control('reset');
  const recycleAt = performance.now() + limits.streamRecycleMs * (0.9 + Math.random() * 0.2);
  while (!signal.aborted && performance.now() < recycleAt) {
    if (!(await pump(subscription, stream, signal, metrics))) return stream.cut();
    const waitMs = Math.max(0, Math.min(stream.quietMs(), recycleAt - performance.now()));
    await subscription.wait(waitMs, signal);
    if (stream.quietMs() <= 0) stream.control('keepalive');
  }
  const reason: unknown = signal.reason;
  if (!signal.aborted || reason === ('stopping' satisfies HoldEnd)) stream.control('recycle');
  stream.end();
}

/** Writes all that there is; false where the reader does not keep up. */
async function pump(
  subscription: Subscription,
  stream: EventStream,
  signal: AbortSignal,
  metrics: Metrics,
): Promise<boolean> {
  for (;;) {
    const read = await subscription.read();
    if (signal.aborted) return true;
    for (const item of read.items) {
      stream.data(item);
      if (stream.isBehind() && !(await stream.drained(signal))) return false;
    }
    stream.flush();
    if (read.items.length > 0) metrics.delivered(read.items.length);
    if (read.reset) stream.control('reset', read.offset);
    if (read.upToDate) return true;
  }
}

interface EventStream {
  data(item: StreamItem): void;
  control(type: Control['type'], offset?: string): void;
  flush(): void;
  /** Time until a keepalive is due. */
  quietMs(): number;
  isBehind(): boolean;
  /** Whether the reader took what was written, in time. */
  drained(signal: AbortSignal): Promise<boolean>;
  end(): void;
  cut(): void;
}

/** Sends the headers, the padding and `hello`. */
function openStream({ res }: Context, handle: string, from: string): EventStream {
  let offset = from;
  let pending = '';
  let quietAt = 0;
  const flush = () => {
    if (pending !== '') writeChunk(res, pending);
    pending = '';
  };
  const control = (type: Control['type'], at = offset) => {
    offset = at;
    const event: Control = { p: PROTOCOL, type, handle, offset, ...(type === 'hello' ? { minApp: MIN_APP } : {}) };
    pending += `id: ${offset}\nevent: control\ndata: ${JSON.stringify(event)}\n\n`;
    quietAt = performance.now() + limits.streamKeepaliveMs;
    flush();
  };
  res.writeHead(200, headersOf(res));
  res.flushHeaders();
  pending = `:${' '.repeat(limits.streamPadBytes)}\nretry: ${retryMs}\n\n`;
  control('hello');
  return {
    control,
    flush,
    data: (item) => {
      offset = item.offset;
      pending += `id: ${offset}\nevent: data\ndata: ${item.json}\n\n`;
      if (pending.length >= limits.streamBacklogBytesMax / 4) flush();
    },
    quietMs: () => quietAt - performance.now(),
    isBehind: () => (res.socket?.writableLength ?? 0) > limits.streamBacklogBytesMax,
    drained: (signal) => drained(res, signal),
    end: () => res.end(),
    cut: () => res.destroy(),
  };
}

/** `Content-Type` without a charset, and nothing that invites a proxy to buffer, compress or keep. */
function headersOf(res: ServerResponse): Record<string, string> {
  res.removeHeader('Vary');
  return {
    'Content-Type': 'text/event-stream',
    'Cache-Control': 'no-store, no-transform',
    'X-Accel-Buffering': 'no',
  };
}

/** One chunk of the chunked answer, past the response object: half the work of `res.write`, and it is what 1,000 readers cost. A pipelined answer has no socket yet. */
function writeChunk(res: ServerResponse, text: string): void {
  if (res.socket === null || !res.chunkedEncoding) res.write(text);
  else res.socket.write(`${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`);
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

function startTimer(ms: number, tell: () => void): Disposable {
  const timer = setTimeout(tell, ms);
  return { [Symbol.dispose]: () => clearTimeout(timer) };
}
