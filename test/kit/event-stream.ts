/** A reader of the relay's stream, as a script would write one. */
import { createParser } from 'eventsource-parser';
import type { Event } from '#contract/event.ts';
import { eventually } from './eventually.ts';

export interface StreamReader extends AsyncDisposable {
  readonly events: readonly Event[];
  readonly controls: readonly { type: string; offset: string }[];
  /** The offset after the last event, for going on. */
  offset(): string;
  /** The first event that the probe accepts. */
  event(probe: (event: Event) => boolean, timeoutMs?: number): Promise<Event>;
  /** The first event from now on that the probe accepts, the moment that it is read. */
  next(probe: (event: Event) => boolean): Promise<Event>;
  /** Resolves when the server has closed the stream. */
  readonly closed: Promise<void>;
}

/** Opens `GET /v1/stream?live=sse` at an offset with a key, or the headers of a session, and reads it until disposed; resolves after `hello`. */
export async function openStream(
  url: string,
  as: string | Readonly<Record<string, string>>,
  offset = 'now',
): Promise<StreamReader> {
  const abort = new AbortController();
  const response = await fetch(new URL(`/v1/stream?live=sse&offset=${offset}`, url), {
    headers: { ...(typeof as === 'string' ? { authorization: `Bearer ${as}` } : as), accept: 'text/event-stream' },
    signal: abort.signal,
  });
  if (!response.ok || response.body === null) throw new Error(`stream: ${response.status} ${await response.text()}`);
  const events: Event[] = [];
  const controls: { type: string; offset: string }[] = [];
  const waiting = new Set<(event: Event) => void>();
  const receive = (received: Event) => {
    events.push(received);
    for (const hear of waiting) hear(received);
  };
  let last = offset;
  const parser = createParser({
    onEvent: ({ event, id, data }) => {
      if (event === 'control') controls.push(JSON.parse(data));
      else receive(JSON.parse(data));
      last = id ?? controls.at(-1)?.offset ?? last;
    },
  });
  const closed = pump(response.body, (text) => parser.feed(text));
  await eventually(() => controls.some(({ type }) => type === 'hello'));
  return {
    events,
    controls,
    closed,
    offset: () => last,
    event: (probe, timeoutMs = 10_000) => eventually(() => events.find(probe), { timeoutMs }),
    next: (probe) =>
      new Promise((resolve) => {
        const hear = (event: Event) => {
          if (!probe(event)) return;
          waiting.delete(hear);
          resolve(event);
        };
        waiting.add(hear);
      }),
    [Symbol.asyncDispose]: async () => {
      abort.abort();
      await closed;
    },
  };
}

/** Ends quietly however the stream ends: what was read is what counts. */
async function pump(body: ReadableStream<Uint8Array>, feed: (text: string) => void): Promise<void> {
  const decoder = new TextDecoder();
  try {
    for await (const chunk of body) feed(decoder.decode(chunk, { stream: true }));
  } catch {
    // Aborted by the reader or cut by the server.
  }
}
