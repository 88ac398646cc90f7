/** One try of the ladder's top rung: reads one event stream to its end and returns how it ended. */
import { createParser, type EventSourceMessage } from 'eventsource-parser';
import type { Control } from '#contract/feed.ts';
import type { Outcome } from '#contract/ladder.ts';
import { limits } from '#contract/limits.ts';
import { type Api, Interruption } from '../../api.ts';
import type { ChannelTold } from '../channels/channel-told.ts';
import { createDeadline, type Deadline } from './deadline.ts';
import { type Block, parseBlock, parseControl, parseEntry } from './parse.ts';
import { withInner } from './pause.ts';
import type { StreamSink } from './stream-sink.ts';
import { createTrial } from './trial.ts';
import { createWitness, type Witness } from './witness.ts';

/** Reads events from the sink's offsets on; `asks` is the witness's question. Resolves to how the stream ended. Throws what the sink throws, and a Refusal. */
export async function readEvents(
  api: Api,
  sink: StreamSink,
  asks: (signal: AbortSignal) => Promise<boolean>,
  signal: AbortSignal,
): Promise<Outcome> {
  const startedAt = performance.now();
  const closed = (): Outcome => ({ type: 'closed', lastedMs: performance.now() - startedAt });
  return withInner(signal, async (inner) => {
    const deadline = createDeadline((ending) => inner.abort(ending));
    const witness = createWitness(asks, () => deadline.set('no-hello', 0));
    deadline.set('no-hello', limits.helloMs);
    witness.watch();
    try {
      const body = await api.events({ ...sink.place(), live: 'sse' }, inner.signal);
      deadline.set('no-hello', Math.min(limits.helloAfterHeadersMs, limits.helloMs - (performance.now() - startedAt)));
      return (await readMessages(body, sink, { deadline, witness }, inner.signal)) ?? closed();
    } catch (error) {
      if (signal.aborted || !(error instanceof Interruption || inner.signal.aborted)) throw error;
      if (error instanceof Interruption && error.retryAfterMs > 0) throw error;
      return deadline.passed() ?? closed();
    } finally {
      witness.stop();
      deadline.clear();
      inner.abort();
    }
  });
}

/** What the relay says of its own accord where nothing happens. */
const pauses: ReadonlySet<Control['type']> = new Set(['ready', 'keepalive']);

async function readMessages(
  body: ReadableStream<Uint8Array>,
  sink: StreamSink,
  { deadline, witness }: { readonly deadline: Deadline; readonly witness: Witness },
  signal: AbortSignal,
): Promise<Outcome | undefined> {
  const reader = body.getReader();
  const messages = createMessages();
  const trial = createTrial();
  let greeted = false;
  let isPause = false;
  for (;;) {
    const { value, done } = await tryRead(reader);
    if (done) return undefined;
    for (const batch of batches(messages.read(value))) {
      if (!('control' in batch || greeted)) throw new Interruption('the stream did not begin with hello');
      if (!greeted) sink.rung('live');
      greeted = true;
      isPause = 'control' in batch && pauses.has(batch.control.type);
      sink.heard();
      deadline.clear();
      if ('blocks' in batch) sink.blocks(batch.blocks);
      else if ('told' in batch) sink.channel(batch.told);
      else if (await obey(batch.control, sink, signal)) return { type: 'recycled' };
      // The feeds to follow may be others since.
      signal.throwIfAborted();
    }
    const waits = !greeted || trial.waits(isPause && messages.areWhole());
    if (waits) witness.watch();
    else witness.stop();
    if (!greeted) continue;
    if (waits) deadline.set('no-hello', limits.readyAfterEventMs);
    else deadline.set('silent', limits.streamSilenceMs);
  }
}

/** Handles a control event. True if the relay is about to close the stream. */
async function obey(control: Control, sink: StreamSink, signal: AbortSignal): Promise<boolean> {
  if (control.type === 'reset' && control.feed !== undefined) await sink.reset(control.feed, signal);
  if (control.type === 'gone' && control.feed !== undefined) sink.gone(control.feed);
  if (control.type === 'snapshot') {
    const { feed, offset, rev, body } = control;
    if (feed !== undefined && offset !== undefined && rev !== undefined)
      sink.channel({ type: 'snapshot', feed, offset, rev, body });
  }
  if (control.type === 'keepalive' && control.offsets !== undefined) sink.offsets(control.offsets);
  if (control.type === 'hello') sink.hello(control.minApp);
  return control.type === 'recycle';
}

async function tryRead(reader: ReadableStreamDefaultReader<Uint8Array>) {
  try {
    return await reader.read();
  } catch (error) {
    throw new Interruption('the stream broke off', error);
  }
}

type Batch = { readonly control: Control } | { readonly blocks: Block[] } | { readonly told: ChannelTold };

/** Puts neighbouring blocks together, so that a burst is applied at once. */
function batches(messages: readonly EventSourceMessage[]): Batch[] {
  const found: Batch[] = [];
  for (const { event, data, id } of messages) {
    const control = event === 'control' ? parseControl(data) : undefined;
    if (control !== undefined) found.push({ control });
    const told = event === 'entry' && id !== undefined ? parseEntry(id, data) : undefined;
    if (told !== undefined) found.push({ told });
    const block = event === 'data' && id !== undefined ? parseBlock(id, data) : undefined;
    if (block === undefined) continue;
    const last = found.at(-1);
    if (last !== undefined && 'blocks' in last) last.blocks.push(block);
    else found.push({ blocks: [block] });
  }
  return found;
}

interface Messages {
  /** Those that end in these bytes. */
  read(bytes: Uint8Array): EventSourceMessage[];
  /** Whether nothing of a further one was read. */
  areWhole(): boolean;
}

/** Parses bytes into messages. */
function createMessages(): Messages {
  const decoder = new TextDecoder();
  let found: EventSourceMessage[] = [];
  let tail = '';
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
      const text = decoder.decode(bytes, { stream: true });
      tail = (tail + text).slice(-2);
      parser.feed(text);
      return found;
    },
    areWhole: () => tail === '\n\n',
  };
}
