/** One try of the top rung: reads one event stream to its end and says how it ended. */
import { createParser, type EventSourceMessage } from 'eventsource-parser';
import type { Event } from '#contract/event.ts';
import { limits } from '#contract/limits.ts';
import { type Api, Interruption } from '../api.ts';
import type { Outcome } from './ladder.ts';
import { parseControl, parseEvent } from './parse.ts';
import { withInner } from './pause.ts';
import type { StreamSink } from './stream.ts';

type Ending = Extract<Outcome['type'], 'no-hello' | 'silent' | 'recycled'>;

/** Reads events from the sink's place on; resolves to how the stream ended. Throws what the sink throws, and a Problem. */
export async function readEvents(api: Api, sink: StreamSink, signal: AbortSignal): Promise<Outcome> {
  const startedAt = performance.now();
  return withInner(signal, async (inner) => {
    const deadline = createDeadline((ending) => inner.abort(ending));
    deadline.set('no-hello', limits.helloMs);
    try {
      const body = await api.events({ ...sink.place(), live: 'sse' }, inner.signal);
      deadline.set('no-hello', Math.min(limits.helloAfterHeadersMs, limits.helloMs - (performance.now() - startedAt)));
      const ending = await readMessages(body, sink, deadline);
      return ending ?? { type: 'closed', lastedMs: performance.now() - startedAt };
    } catch (error) {
      if (signal.aborted || !(error instanceof Interruption || inner.signal.aborted)) throw error;
      if (error instanceof Interruption && error.retryAfterMs > 0) throw error;
      return deadline.passed() ?? { type: 'closed', lastedMs: performance.now() - startedAt };
    } finally {
      deadline.clear();
      inner.abort();
    }
  });
}

async function readMessages(
  body: ReadableStream<Uint8Array>,
  sink: StreamSink,
  deadline: Deadline,
): Promise<Outcome | undefined> {
  const reader = body.getReader();
  const messages = createMessages();
  let greeted = false;
  for (;;) {
    const { value, done } = await tryRead(reader);
    if (done) return undefined;
    for (const batch of batches(messages.read(value))) {
      if (batch.control === undefined && !greeted) throw new Interruption('the stream did not begin with hello');
      if (!greeted) sink.rung('live');
      greeted = true;
      sink.heard();
      deadline.clear();
      if (await handle(batch, sink)) return { type: 'recycled' };
    }
    if (greeted) deadline.set('silent', limits.streamSilenceMs);
  }
}

/** Acts on a batch; true when the relay is about to close the stream. */
async function handle({ control, events, offset }: Batch, sink: StreamSink): Promise<boolean> {
  if (control === undefined) {
    await sink.events(events, { ...sink.place(), offset });
    return false;
  }
  const place = { offset: control.offset, handle: control.handle };
  if (control.type === 'reset') await sink.reset(place);
  if (control.type === 'hello') sink.hello(place, control.minApp);
  return control.type === 'recycle';
}

async function tryRead(reader: ReadableStreamDefaultReader<Uint8Array>) {
  try {
    return await reader.read();
  } catch (error) {
    throw new Interruption('the stream broke off', error);
  }
}

interface Batch {
  readonly control?: ReturnType<typeof parseControl>;
  readonly events: Event[];
  offset: string;
}

/** Puts neighbouring events together, so that a burst is applied at once. What this app does not know only moves the offset. */
function batches(messages: readonly EventSourceMessage[]): Batch[] {
  const found: Batch[] = [];
  for (const { event, data, id } of messages) {
    if (event === 'control') {
      const control = parseControl(data);
      if (control !== undefined) found.push({ control, events: [], offset: control.offset });
    } else if (event === 'data' && id !== undefined) {
      const before = found.at(-1);
      const last = before === undefined || before.control !== undefined ? { events: [], offset: id } : before;
      if (last !== before) found.push(last);
      const parsed = parseEvent(data);
      if (parsed !== undefined) last.events.push(parsed);
      last.offset = id;
    }
  }
  return found;
}

/** From bytes to messages. */
function createMessages(): { read(bytes: Uint8Array): EventSourceMessage[] } {
  const decoder = new TextDecoder();
  let found: EventSourceMessage[] = [];
  const parser = createParser({
    onEvent: (message) => found.push(message),
    onError(error) {
      if (error.type === 'max-buffer-size-exceeded') throw new Interruption('a message has no end', error);
    },
    maxBufferSize: limits.streamMessageBytesMax,
  });
  return {
    read(bytes) {
      found = [];
      parser.feed(decoder.decode(bytes, { stream: true }));
      return found;
    },
  };
}

interface Deadline {
  set(ending: Ending, ms: number): void;
  clear(): void;
  /** How the stream ended, if a deadline ended it. */
  passed(): Outcome | undefined;
}

/** One timer at a time. One that comes far too late means that the device slept, which says nothing of the network. */
function createDeadline(end: (ending: Ending) => void): Deadline {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let passed: Outcome | undefined;
  return {
    set(ending, ms) {
      clearTimeout(timer);
      const due = Date.now() + ms;
      timer = setTimeout(() => {
        passed = { type: Date.now() - due > limits.tickLateMs ? 'recycled' : ending };
        end(ending);
      }, ms);
    },
    clear: () => clearTimeout(timer),
    passed: () => passed,
  };
}
