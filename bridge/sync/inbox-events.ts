/** One stream of the inbox, read to its end: the top rung of the ladder. */
import * as v from 'valibot';
import { InboxAnswer, type InboxRequest } from '#contract/channel.ts';
import type { Outcome } from '#contract/ladder.ts';
import { limits } from '#contract/limits.ts';
import { PROTOCOL } from '#contract/version.ts';
import type { Client } from '../net/client.ts';
import { Interruption } from '../net/interruption.ts';

export interface InboxEventsDeps {
  readonly client: Client;
  /** Takes what an event says; the next one waits for that. */
  readonly take: (answer: InboxAnswer) => Promise<void>;
  /** The stream comes through this network, and each event at once: hello has come, and what is said soon after it. */
  readonly onThrough: () => void;
}

/** A later relay may say more. */
const Control = v.looseObject({ p: v.literal(PROTOCOL), type: v.string() });

/** Reads a stream that goes on where `asked` says. Resolves to how it ended; undefined where that says nothing of the network. Throws the relay's Problem. */
export async function readInboxEvents(
  { client, take, onThrough }: InboxEventsDeps,
  asked: InboxRequest,
  signal: AbortSignal,
): Promise<Outcome | undefined> {
  const began = performance.now();
  using patience = createPatience();
  const body = { ...asked, live: 'sse' as const };
  try {
    patience.wait('no-hello', limits.helloMs);
    const both = AbortSignal.any([signal, patience.signal]);
    const opened = await client.events('bridgeInbox', { body, lane: 'inbox', timeoutMs: limits.helloMs, signal: both });
    if ('answer' in opened) {
      // An older relay, which knows no stream, or something on the way.
      await take(opened.answer);
      return { type: 'no-hello' };
    }
    patience.wait('no-hello', Math.min(limits.helloAfterHeadersMs, limits.helloMs - (performance.now() - began)));
    let [isGreeted, isThrough] = [false, false];
    for await (const messages of opened.messages)
      for (const { event, data } of messages) {
        if (isThrough) patience.wait('silent', limits.streamSilenceMs);
        const said = event === 'control' ? parse(Control, data).type : undefined;
        if (said === 'hello') {
          isGreeted = true;
          // Something may hold back the newest event: each key would come with the next one.
          patience.wait('no-hello', limits.readyAfterEventMs);
        }
        if (said === 'ready') {
          isThrough = true;
          patience.wait('silent', limits.streamSilenceMs);
          onThrough();
        }
        if (!isGreeted) throw new Interruption('the stream did not begin with hello', { breakage: 'answered' });
        if (said === 'recycle') return { type: 'recycled' };
        if (event === 'inbox') await take(parse(InboxAnswer, data));
      }
  } catch (error) {
    if (signal.aborted || !(error instanceof Interruption)) throw error;
    if (error.retryAfterMs > 0) return undefined;
  }
  const lastedMs = performance.now() - began;
  return patience.over() ?? { type: 'closed', lastedMs };
}

function parse<Schema extends v.GenericSchema>(schema: Schema, data: string): v.InferOutput<Schema> {
  try {
    return v.parse(schema, JSON.parse(data));
  } catch (cause) {
    throw new Interruption('an event has another shape', { breakage: 'answered', cause });
  }
}

/** Waits for one thing at a time; `signal` aborts where it does not come. */
function createPatience() {
  const ended = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  let over: Outcome | undefined;
  return {
    signal: ended.signal,
    over: () => over,
    wait: (type: 'no-hello' | 'silent', ms: number) => {
      clearTimeout(timer);
      timer = setTimeout(() => {
        over = { type };
        ended.abort();
      }, ms);
    },
    [Symbol.dispose]: () => clearTimeout(timer),
  };
}
