/** Server-sent events, written straight to the socket: what opens a stream, the signs of life at its start, whether its reader takes what it gets, and its end. */
import type { ServerResponse } from 'node:http';
import type { Control } from '#contract/feed.ts';
import { limits } from '#contract/limits.ts';
import { PROTOCOL } from '#contract/version.ts';
import type { Context } from '../middleware/context.ts';
import type { HoldEnd } from '../middleware/held.ts';
import { securityHeaders } from '../middleware/security-headers.ts';

/** What a reader is told to wait before it comes back, in ms. */
const retryMs = 1000;

export type ControlSaid = Omit<Control, 'p' | 'handle'>;

/** Disposing it ends what it says by itself. */
export interface EventWriter extends Disposable {
  readonly res: ServerResponse;
  /** When it is recycled, by `performance.now()`. */
  readonly recycleAt: number;
  control(event: ControlSaid): void;
  event(name: string, json: string): void;
  /** Whether anything waits that neither the reader nor the network has taken. */
  hasUnread(): boolean;
  /** Waits until nothing waits any more; false where the reader took nothing for too long. */
  isTaken(signal: AbortSignal): Promise<boolean>;
  /** Says `recycle` before, unless the reader has left or may not read any longer. */
  end(signal: AbortSignal): void;
  cut(): void;
}

/** Sends the headers, the padding and `hello`, and `ready` soon after, since some middleboxes hold back the newest event. `ids` is a line before each control event. */
export function openEvents(
  context: Context,
  { handle, hello = {}, ids = () => '' }: { handle: string; hello?: Omit<ControlSaid, 'type'>; ids?: () => string },
): EventWriter {
  context.respond = false;
  const { res } = context;
  const control = (event: ControlSaid) => {
    res.write(`${ids()}event: control\ndata: ${JSON.stringify({ p: PROTOCOL, handle, ...event })}\n\n`);
  };
  res.writeHead(200, streamHeaders(res));
  res.flushHeaders();
  res.write(`:${' '.repeat(limits.streamPadBytes)}\nretry: ${retryMs}\n\n`);
  control({ type: 'hello', ...hello });
  const second = setTimeout(() => control({ type: 'ready' }), limits.streamSecondEventMs);
  return {
    res,
    recycleAt: performance.now() + limits.streamRecycleMs * (0.9 + Math.random() * 0.2),
    control,
    event: (name, json) => res.write(`event: ${name}\ndata: ${json}\n\n`),
    // Of the answer and not of its socket: what was written in this tick, or while it is pipelined behind another, waits in the answer.
    hasUnread: () => res.writableLength > 0,
    isTaken: (signal) => isTaken(res, signal),
    end: (signal) => {
      const reason: unknown = signal.reason;
      if (!signal.aborted || reason === ('stopping' satisfies HoldEnd)) control({ type: 'recycle' });
      res.end();
    },
    cut: () => res.destroy(),
    [Symbol.dispose]: () => clearTimeout(second),
  };
}

/** `Content-Type` without a charset, and nothing that invites a proxy to buffer, compress or keep. */
function streamHeaders(res: ServerResponse): Record<string, string> {
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
  if (signal.aborted) return false;
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const giveUp = () => resolve(false);
  const timer = setTimeout(giveUp, limits.streamStallMs + (res.writableLength / limits.streamBytesPerSecondMin) * 1000);
  signal.addEventListener('abort', giveUp);
  res.write(':\n\n', (error) => resolve(!(error instanceof Error)));
  try {
    return await promise;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', giveUp);
  }
}
