/** Reads server-sent events from an answer. */
import { createParser, type EventSourceMessage } from 'eventsource-parser';
import type { Dispatcher } from 'undici';
import { limits } from '#contract/limits.ts';
import { Interruption, interruptionOf } from './interruption.ts';

/** Whether an answer is a stream of events. */
export function isEventStream({ statusCode, headers }: Dispatcher.ResponseData): boolean {
  return statusCode === 200 && /^text\/event-stream\b/i.test(String(headers['content-type']));
}

/** The messages of a stream until it ends, a chunk's together. Throws an Interruption where it breaks off, a message has no end, or `signal` aborts. */
export async function* readMessages(
  { body }: Dispatcher.ResponseData,
  where: string,
  signal: AbortSignal | undefined,
): AsyncGenerator<readonly EventSourceMessage[]> {
  const decoder = new TextDecoder();
  let found: EventSourceMessage[] = [];
  let isEndless = false;
  const parser = createParser({
    onEvent: (message) => found.push(message),
    onError: ({ type }) => {
      isEndless ||= type === 'max-buffer-size-exceeded';
    },
    maxBufferSize: limits.streamMessageBytesMax,
  });
  // One that is dropped here is nobody's error.
  body.on('error', () => undefined);
  const stop = () => body.destroy();
  signal?.addEventListener('abort', stop, { once: true });
  try {
    signal?.throwIfAborted();
    for await (const chunk of body as AsyncIterable<Buffer>) {
      found = [];
      parser.feed(decoder.decode(chunk, { stream: true }));
      if (isEndless) throw new Interruption(`${where} sent an event without an end.`, { breakage: 'answered' });
      if (found.length > 0) yield found;
    }
  } catch (error) {
    throw interruptionOf(error, where);
  } finally {
    signal?.removeEventListener('abort', stop);
  }
}
