/** Answers a bridge that tries its network: what arrived of a body, a request that is held, and events that must come at once. Nothing is stored. */
import { createHash } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { limits } from '#contract/limits.ts';
import { PROTOCOL } from '#contract/version.ts';
import type { Reply } from '../middleware/answer.ts';
import type { Call } from './call.ts';
import { streamHeaders } from './event-stream.ts';

/** Says what arrived: at once, after `wait` seconds, or with `live=sse` as events. */
export async function tryNetwork({ caller, query, raw, signal, context }: Call<'bridgeTry'>): Promise<Reply> {
  if (query.live === 'sse') return { taken: sendEvents(context.res, signal) };
  await pause((query.wait ?? 0) * 1000, signal);
  return {
    json: { machine: caller.machine, bytes: raw.length, rev: createHash('sha256').update(raw).digest('hex') },
  };
}

/** The beginning of a stream as readers get it: padding, an event, another one soon after, and then the end. */
async function sendEvents(response: ServerResponse, signal: AbortSignal): Promise<void> {
  response.writeHead(200, streamHeaders(response));
  response.flushHeaders();
  response.write(`:${' '.repeat(limits.streamPadBytes)}\n\n`);
  const send = (type: string) => response.write(`event: control\ndata: ${JSON.stringify({ p: PROTOCOL, type })}\n\n`);
  send('hello');
  await pause(limits.streamSecondEventMs, signal);
  send('ready');
  await pause(limits.tryStreamOpenMs, signal);
  response.end();
}

/** Waits, or until the reader has left or the relay stops. */
async function pause(ms: number, signal: AbortSignal): Promise<void> {
  if (ms > 0) await delay(ms, undefined, { signal }).catch(() => undefined);
}
