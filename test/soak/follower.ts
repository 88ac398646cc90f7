/** A reader that follows the stream through every outage from where it stood, and what the events add up to. */
import { setTimeout as delay } from 'node:timers/promises';
import { createParser } from 'eventsource-parser';
import type { Document } from '#contract/document.ts';
import { type Told, toldIn } from '../kit/event-stream.ts';

/** What a control event says. */
interface Said {
  readonly type: string;
  readonly feed?: string;
  readonly offset?: string;
  readonly feeds?: Readonly<Record<string, string>>;
  readonly offsets?: Readonly<Record<string, string>>;
}

export interface Follower extends AsyncDisposable {
  /** Rev by path, of what is there by the events alone. */
  readonly documents: ReadonlyMap<string, string>;
  /** Every rev that was told. */
  readonly told: ReadonlySet<string>;
  /** How often it was told to begin anew; what came in between is not in `told`. */
  resets(): number;
  /** How often it had to connect. */
  connects(): number;
}

/** Follows a relay from now on; `list` gives the documents of now, at the start and where the stream begins anew. `onTold` hears each event, and that it begins anew, and `onBlock` each block with its place. */
export async function followStream(
  url: string,
  key: string,
  list: () => Promise<Document[]>,
  onTold: (told: Told | 'reset') => void = () => undefined,
  onBlock: (feed: string, offset: string) => void = () => undefined,
): Promise<Follower> {
  const documents = new Map<string, string>();
  const told = new Set<string>();
  const abort = new AbortController();
  const feeds: Record<string, string> = { o: 'now', p: 'now' };
  let [resets, connects] = [0, 0];
  const hear = ({ op, item, key, from, document }: Told) => {
    if (item !== 'document') return;
    if (op !== 'put') documents.delete((from ?? key).split('\n')[1] ?? '');
    if (document === undefined) return;
    documents.set(document.path, document.rev);
    told.add(document.rev);
  };
  /** What is heard while the list is on its way is newer. */
  const fill = async () => {
    for (const { path, rev } of await untilItWorks(list, abort.signal))
      if (!documents.has(path)) documents.set(path, rev);
  };
  const control = (said: Said) => {
    Object.assign(feeds, said.feeds, said.offsets);
    if (said.type !== 'reset' || said.feed === undefined || said.offset === undefined) return;
    feeds[said.feed] = said.offset;
    if (!said.feed.startsWith('m.')) return;
    resets += 1;
    onTold('reset');
    documents.clear();
    void fill();
  };
  const parser = () =>
    createParser({
      onEvent: ({ event, id, data }) => {
        if (event === 'control') return control(JSON.parse(data));
        const end = (id ?? '').lastIndexOf(':');
        const feed = (id ?? '').slice(0, end);
        const offset = (id ?? '').slice(end + 1);
        feeds[feed] = offset;
        onBlock(feed, offset);
        for (const told of toldIn(feed, JSON.parse(data))) {
          hear(told);
          onTold(told);
        }
      },
    });
  const connected = Promise.withResolvers<void>();
  const readOnce = async () => {
    const headers = {
      authorization: `Bearer ${key}`,
      accept: 'text/event-stream',
      'content-type': 'application/json',
    };
    const { signal } = abort;
    const body = JSON.stringify({ feeds, machines: 'all', live: 'sse' });
    const response = await fetch(new URL('/v1/stream', url), { method: 'POST', headers, body, signal });
    if (!response.ok || response.body === null) throw new Error(`stream: ${response.status}`);
    connects += 1;
    const { feed } = parser();
    const decoder = new TextDecoder();
    for await (const chunk of response.body) {
      feed(decoder.decode(chunk, { stream: true }));
      connected.resolve();
    }
  };
  const reading = (async () => {
    while (!abort.signal.aborted) {
      await readOnce().catch(() => undefined);
      await delay(100, undefined, { signal: abort.signal }).catch(() => undefined);
    }
  })();
  await connected.promise;
  await fill();
  return {
    documents,
    told,
    resets: () => resets,
    connects: () => connects,
    [Symbol.asyncDispose]: async () => {
      abort.abort();
      await reading;
    },
  };
}

async function untilItWorks<Value>(act: () => Promise<Value>, signal: AbortSignal): Promise<Value> {
  for (;;) {
    try {
      return await act();
    } catch (error) {
      if (signal.aborted) throw error;
      await delay(100);
    }
  }
}
