/** The requests of a case: one answer as JSON, or a stream whose events are waited for. */
import type { EventSourceMessage } from 'eventsource-parser';
import { EventSourceParserStream } from 'eventsource-parser/stream';
import { type Bindings, fill, mismatch, sha256 } from './matching.ts';

/** The relay under test, and the key of a person who may do everything there. */
export interface Relay {
  readonly url: string;
  readonly key: string;
}

export interface Call {
  /** Method and path, such as `POST /v1/bridge/poll`. */
  readonly call?: string;
  /** Whose key is sent: the person's where absent. */
  readonly as?: 'person' | 'machine' | 'nobody';
  /** Another key in its place. */
  readonly key?: string;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** Sent as it stands, as application/octet-stream. */
  readonly bytes?: unknown;
  /** Sent as application/x-www-form-urlencoded. */
  readonly form?: Readonly<Record<string, unknown>>;
  /** The two lines of an ingest: `digest` of the first is computed from the second, unless it is given. */
  readonly lines?: readonly [Record<string, unknown>, unknown];
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
}

/** A call that is under way. */
export interface Held {
  answer(): Promise<Answer>;
  /** Resolves once all of them have come in this order; others may come between. */
  events(expected: readonly unknown[]): Promise<void>;
  /** Resolves once the relay has ended the stream. */
  ended(): Promise<void>;
  close(): void;
}

const answerMs = 40_000;
const eventsMs = 20_000;

export async function request(step: Call, relay: Relay, bindings: Bindings): Promise<Answer> {
  const response = await send(step, relay, bindings, AbortSignal.timeout(answerMs));
  return await answerOf(response);
}

/** Begins a call and returns without waiting for its answer. */
export function hold(step: Call, relay: Relay, bindings: Bindings): Held {
  const ending = new AbortController();
  const response = send(step, relay, bindings, ending.signal);
  // A call that no step finishes ends unheard.
  response.catch(() => undefined);
  let opened: Promise<ReadableStreamDefaultReader<EventSourceMessage>> | undefined;
  const events = () => {
    opened ??= response.then(eventsOf);
    return opened;
  };
  return {
    answer: async () => await answerOf(await response),
    events: async (expected) => await waitFor(await events(), expected),
    ended: async () => await untilEnd(await events()),
    close: () => ending.abort(),
  };
}

async function send(step: Call, { url, key }: Relay, bindings: Bindings, signal: AbortSignal): Promise<Response> {
  const [method = 'GET', path = '/'] = String(fill(step.call ?? '', bindings)).split(' ');
  const own = { person: key, machine: String(bindings.key), nobody: undefined }[step.as ?? 'person'];
  const token = step.key === undefined ? own : String(fill(step.key, bindings));
  const [body, media] = bodyOf(step, bindings);
  const headers = {
    ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    ...(body === undefined ? {} : { 'content-type': media }),
    ...(fill(step.headers ?? {}, bindings) as Record<string, string>),
  };
  return await fetch(new URL(path, url), { method, headers, ...(body === undefined ? {} : { body }), signal });
}

function bodyOf({ body, bytes, form, lines }: Call, bindings: Bindings): readonly [string | undefined, string] {
  if (form !== undefined) {
    const fields = Object.entries(fill(form, bindings) as object).map(([name, value]) => [name, String(value)]);
    return [new URLSearchParams(fields).toString(), 'application/x-www-form-urlencoded'];
  }
  if (bytes !== undefined) return [String(fill(bytes, bindings)), 'application/octet-stream'];
  if (lines === undefined)
    return [body === undefined ? undefined : JSON.stringify(fill(body, bindings)), 'application/json'];
  const ops = JSON.stringify(fill(lines[1], bindings));
  const envelope = { digest: sha256(ops), ...(fill(lines[0], bindings) as object) };
  return [`${JSON.stringify(envelope)}\n${ops}\n`, 'application/x-ndjson'];
}

async function answerOf(response: Response): Promise<Answer> {
  const text = await response.text();
  const isJson = /json/.test(response.headers.get('content-type') ?? '');
  const headers = Object.fromEntries(response.headers);
  return { status: response.status, headers, body: isJson ? JSON.parse(text) : text };
}

async function eventsOf(response: Response) {
  if (response.body === null) throw new Error('the stream has no body');
  return response.body.pipeThrough(new TextDecoderStream()).pipeThrough(new EventSourceParserStream()).getReader();
}

/** An event is compared as `{event, id, data}`, its data as JSON. */
async function waitFor(
  events: ReadableStreamDefaultReader<EventSourceMessage>,
  expected: readonly unknown[],
): Promise<void> {
  const left = [...expected];
  const seen: unknown[] = [];
  const late = setTimeout(() => void events.cancel(), eventsMs);
  try {
    while (left.length > 0) {
      const { value, done } = await events.read();
      if (done) throw new Error(`did not come: ${JSON.stringify(left[0])}; came: ${JSON.stringify(seen)}`);
      const event = { ...value, data: JSON.parse(value.data) };
      seen.push(event);
      if (mismatch(left[0], event) === undefined) left.shift();
    }
  } finally {
    clearTimeout(late);
  }
}

async function untilEnd(events: ReadableStreamDefaultReader<EventSourceMessage>): Promise<void> {
  let isLate = false;
  const late = setTimeout(() => {
    isLate = true;
    void events.cancel();
  }, eventsMs);
  try {
    while (!(await events.read()).done);
  } finally {
    clearTimeout(late);
  }
  if (isLate) throw new Error(`the stream was still open after ${eventsMs / 1000} s`);
}
