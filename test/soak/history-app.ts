/** A reader of a history that follows as the app does, with the app's own stream: down its ladder and up again, by events, long-poll and short-poll. */
import type { StreamPage, StreamRequest } from '#contract/feed.ts';
import { topOfLadder } from '#contract/ladder.ts';
import { limits } from '#contract/limits.ts';
import { type Api, Interruption } from '../../pwa/api.ts';
import { createPokes, type Pokes } from '../../pwa/state/stream/pokes.ts';
import { runStream } from '../../pwa/state/stream/stream.ts';
import type { StreamSink } from '../../pwa/state/stream/stream-sink.ts';
import { toldIn } from '../kit/event-stream.ts';
import type { Ground } from './history-ground.ts';
import { note, noteBlock } from './history-readers.ts';

/** Follows the feeds of these machines from now on. Poke it where a browser would tell of another network. */
export async function followAsApp(
  ground: Ground,
  reader: string,
  url: string,
  machines: readonly string[],
): Promise<AsyncDisposable & { readonly pokes: Pokes }> {
  const abort = new AbortController();
  const pokes = createPokes();
  const feeds: Record<string, string> = Object.fromEntries(machines.map((id) => [`m.${id}`, 'now']));
  const connected = Promise.withResolvers<void>();
  const sink: StreamSink = {
    prepare: async () => undefined,
    place: () => ({ feeds: { ...feeds } }),
    blocks: (blocks) => {
      for (const { feed, offset, changes } of blocks) {
        noteBlock(ground, reader, feed, offset);
        for (const told of toldIn(feed, changes)) note(ground, reader, told);
        feeds[feed] = offset;
      }
    },
    offsets: (told) => {
      Object.assign(feeds, told);
      if (!Object.values(feeds).includes('now')) connected.resolve();
    },
    reset: async (feed) => {
      note(ground, reader, 'reset');
      feeds[feed] = 'now';
    },
    channel: () => undefined,
    gone: () => undefined,
    refused: () => false,
    hello: () => undefined,
    heard: () => undefined,
    rung: () => undefined,
  };
  const ladder = { read: () => topOfLadder, write: () => undefined };
  const running = runStream(apiOf(url, ground.world.key), sink, pokes, ladder, abort.signal);
  await connected.promise;
  return {
    pokes,
    [Symbol.asyncDispose]: async () => {
      abort.abort();
      await running;
    },
  };
}

/** The two calls of a stream, as a person with a key makes them: a browser has a session. */
function apiOf(url: string, key: string): Api {
  const ask = async (body: StreamRequest, accept: string, signal: AbortSignal): Promise<Response> => {
    const headers = { authorization: `Bearer ${key}`, accept, 'content-type': 'application/json' };
    try {
      const response = await fetch(new URL('/v1/stream', url), {
        method: 'POST',
        headers,
        body: JSON.stringify(body),
        signal,
      });
      if (!response.ok) throw new Error(`${response.status}`);
      return response;
    } catch (error) {
      if (signal.aborted) throw signal.reason;
      throw new Interruption('the relay cannot be reached', error);
    }
  };
  const stream = async ({ body, signal, timeoutMs = limits.answerMs }: StreamCall): Promise<StreamPage> => {
    const ending = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
    try {
      return (await (await ask(body, 'application/json', ending)).json()) as StreamPage;
    } catch (error) {
      if (signal.aborted) throw signal.reason;
      throw new Interruption('no answer', error);
    }
  };
  const events = async (body: StreamRequest, signal: AbortSignal) => {
    const answer = await ask(body, 'text/event-stream', signal);
    if (answer.body === null) throw new Interruption('no stream');
    return answer.body;
  };
  return { call: (_name: 'stream', options: StreamCall) => stream(options), events } as unknown as Api;
}

interface StreamCall {
  readonly body: StreamRequest;
  readonly signal: AbortSignal;
  readonly timeoutMs?: number;
}
