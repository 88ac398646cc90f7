/** The readers of a history: what they are told is noted as it comes. */
import { setTimeout as delay } from 'node:timers/promises';
import type { ItemChange } from '#contract/feed.ts';
import { type Told, toldIn } from '../kit/event-stream.ts';
import { type Ground, knows } from './history-ground.ts';

/** Notes what a reader is told. */
export function note(ground: Ground, reader: string, told: Told | 'reset'): void {
  const { steps, versions } = ground;
  const own = ground.told.get(reader) ?? new Map<string, number>();
  ground.told.set(reader, own);
  if (told === 'reset') {
    steps.push({ is: 'reset', reader });
    own.clear();
  } else if (told.op === 'put' && told.document !== undefined) {
    const version = versions.get(told.document.rev);
    if (version === undefined) return;
    steps.push({ is: 'told', reader, ...version });
    own.set(version.path, version.version);
    knows(ground, version.path, version.version);
  }
}

/** Notes a block of a machine's feed; those of other feeds one may not be shown in full. */
export function noteBlock({ steps }: Ground, reader: string, feed: string, offset: string): void {
  if (feed.startsWith('m.')) steps.push({ is: 'block', reader, feed, offset });
}

interface Page {
  readonly offsets: Readonly<Record<string, string>>;
  readonly events: readonly { readonly feed: string; readonly offset: string; readonly data: readonly ItemChange[] }[];
  readonly resets?: readonly unknown[];
}

/** A reader by long-poll, which goes on where the last answer that it has ended. Resolves when it knows where it stands. */
export async function followByPoll(ground: Ground, reader: string, url: string): Promise<AsyncDisposable> {
  const abort = new AbortController();
  let feeds: Readonly<Record<string, string>> = { o: 'now' };
  const connected = Promise.withResolvers<void>();
  const readOnce = async () => {
    const headers = { authorization: `Bearer ${ground.world.key}`, 'content-type': 'application/json' };
    const body = JSON.stringify({ feeds, machines: 'all', live: 'long-poll', wait: 2 });
    const response = await fetch(new URL('/v1/stream', url), { method: 'POST', headers, body, signal: abort.signal });
    if (!response.ok) throw new Error(`${response.status}`);
    const page = (await response.json()) as Page;
    if ((page.resets ?? []).length > 0) note(ground, reader, 'reset');
    for (const { feed, offset, data } of page.events) {
      noteBlock(ground, reader, feed, offset);
      for (const told of toldIn(feed, data)) note(ground, reader, told);
    }
    feeds = { ...feeds, ...page.offsets };
    connected.resolve();
  };
  const reading = (async () => {
    while (!abort.signal.aborted) {
      await readOnce().catch(() => undefined);
      await delay(50, undefined, { signal: abort.signal }).catch(() => undefined);
    }
  })();
  await connected.promise;
  return {
    [Symbol.asyncDispose]: async () => {
      abort.abort();
      await reading;
    },
  };
}
