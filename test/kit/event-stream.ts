/** A reader of the relay's stream, as a script would write one. */
import { createParser } from 'eventsource-parser';
import type { CommandSummary } from '#contract/command.ts';
import type { Document } from '#contract/document.ts';
import type { ItemChange } from '#contract/feed.ts';
import type { Machine } from '#contract/machine.ts';
import { eventually } from './eventually.ts';

/** What became of an item, with its value by its sort. */
export interface Told extends Pick<ItemChange, 'op'> {
  readonly item: string;
  readonly key: string;
  readonly at: string;
  readonly feed: string;
  readonly from?: string;
  readonly document?: Document;
  readonly command?: CommandSummary;
  readonly machine?: Machine;
}

/** The changes of one block. */
export function toldIn(feed: string, data: readonly ItemChange[]): Told[] {
  return data.map((change) => {
    const value = 'value' in change ? { [change.item]: change.value } : {};
    return { ...change, feed, ...value };
  });
}

/** Whether a document was put at a path. */
export function isPutAt(path: string): (told: Told) => boolean {
  return ({ op, document }) => op === 'put' && document?.path === path;
}

type Feeds = Readonly<Record<string, string>>;

export interface StreamReader extends AsyncDisposable {
  readonly events: readonly Told[];
  readonly controls: readonly { readonly type: string; readonly feed?: string; readonly offsets?: Feeds }[];
  /** Where each feed stands after what was read, for going on. */
  feeds(): Feeds;
  /** The first event that the probe accepts. */
  event(probe: (event: Told) => boolean, timeoutMs?: number): Promise<Told>;
  /** The first event from now on that the probe accepts, the moment that it is read. */
  next(probe: (event: Told) => boolean): Promise<Told>;
  /** Resolves when the server has closed the stream. */
  readonly closed: Promise<void>;
}

/** Opens `POST /v1/stream` with a key, or the headers of a session, and reads it until disposed; resolves after `hello`. Follows everything from now on, or from where `feeds` says. */
export async function openStream(
  url: string,
  as: string | Readonly<Record<string, string>>,
  feeds: Feeds = { o: 'now', p: 'now' },
): Promise<StreamReader> {
  const abort = new AbortController();
  const response = await fetch(new URL('/v1/stream', url), {
    method: 'POST',
    headers: {
      ...(typeof as === 'string' ? { authorization: `Bearer ${as}` } : as),
      accept: 'text/event-stream',
      'content-type': 'application/json',
    },
    body: JSON.stringify({ feeds, machines: 'all', live: 'sse' }),
    signal: abort.signal,
  });
  if (!response.ok || response.body === null) throw new Error(`stream: ${response.status} ${await response.text()}`);
  const events: Told[] = [];
  const controls: { type: string; feed?: string; offset?: string; feeds?: Feeds; offsets?: Feeds }[] = [];
  const waiting = new Set<(event: Told) => void>();
  const receive = (received: Told) => {
    events.push(received);
    for (const hear of waiting) hear(received);
  };
  const places: Record<string, string> = { ...feeds };
  const parser = createParser({
    onEvent: ({ event, id = '', data }) => {
      if (event === 'control') {
        const control = JSON.parse(data);
        controls.push(control);
        Object.assign(places, control.feeds, control.offsets, control.feed && { [control.feed]: control.offset });
        return;
      }
      const end = id.lastIndexOf(':');
      places[id.slice(0, end)] = id.slice(end + 1);
      for (const told of toldIn(id.slice(0, end), JSON.parse(data))) receive(told);
    },
  });
  const closed = pump(response.body, (text) => parser.feed(text));
  await eventually(() => controls.some(({ type }) => type === 'hello'));
  return {
    events,
    controls,
    closed,
    feeds: () => ({ ...places }),
    event: (probe, timeoutMs = 10_000) => eventually(() => events.find(probe), { timeoutMs }),
    next: (probe) =>
      new Promise((resolve) => {
        const hear = (event: Told) => {
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
