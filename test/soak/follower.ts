/** A reader that follows the stream through every outage from where it stood, and what the events add up to. */
import { setTimeout as delay } from 'node:timers/promises';
import { createParser } from 'eventsource-parser';
import type { Document } from '#contract/document.ts';
import type { Event } from '#contract/event.ts';

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

/** Follows a relay from now on; `list` gives the documents of now, at the start and where the stream begins anew. */
export async function followStream(url: string, key: string, list: () => Promise<Document[]>): Promise<Follower> {
  const documents = new Map<string, string>();
  const told = new Set<string>();
  const abort = new AbortController();
  let [offset, resets, connects] = ['now', 0, 0];
  const hear = (event: Event) => {
    if (event.type === 'document-deleted') documents.delete(event.path);
    if (event.type === 'document-moved') documents.delete(event.from);
    if (event.type !== 'document-put' && event.type !== 'document-moved') return;
    documents.set(event.document.path, event.document.rev);
    told.add(event.document.rev);
  };
  /** What is heard while the list is on its way is newer. */
  const fill = async () => {
    for (const { path, rev } of await untilItWorks(list, abort.signal))
      if (!documents.has(path)) documents.set(path, rev);
  };
  const control = (said: { type: string }) => {
    if (said.type !== 'reset') return;
    resets += 1;
    documents.clear();
    void fill();
  };
  const parser = () =>
    createParser({
      onEvent: ({ event, id, data }) => {
        const said = JSON.parse(data);
        offset = id ?? said.offset ?? offset;
        if (event === 'control') control(said);
        else hear(said);
      },
    });
  const connected = Promise.withResolvers<void>();
  const readOnce = async () => {
    const headers = { authorization: `Bearer ${key}`, accept: 'text/event-stream' };
    const { signal } = abort;
    const response = await fetch(new URL(`/v1/stream?live=sse&offset=${offset}`, url), { headers, signal });
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
