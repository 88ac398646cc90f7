/** The only fetch of the app: calls of the contract, with deadlines. Answers become values, refusals a Refusal, and failures of the network an Interruption. */
import type { AnswerOf, CallArguments } from '#contract/call-types.ts';
import type { StreamRequest } from '#contract/feed.ts';
import { limits } from '#contract/limits.ts';
import { type CallName, calls, pathOf } from '#contract/paths.ts';
import { PROTOCOL } from '#contract/version.ts';
import { parseRefusal } from './refusal.ts';
import { takeRelayClock } from './relay-clock.ts';
import { sessionHalf, takeSessionHalf } from './session-half.ts';

/** Options of a call, beside the parameters of its route. */
interface CallOptions {
  readonly signal?: AbortSignal;
  /** Default `limits.answerMs`; longer for held calls. */
  readonly timeoutMs?: number;
}

/** A request whose route is known only at run time. */
interface AnyRequest extends CallOptions {
  readonly parameters?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string | number | undefined>>;
  readonly body?: unknown;
}

/** The calls throw a Refusal, an Interruption if no answer of the relay came, or the signal's reason. */
export interface Api {
  /** Parameters, query, body and answer are those of the route (`api/contract/routes.ts`); the body is sent as JSON. */
  call<Name extends CallName>(name: Name, ...rest: CallArguments<Name, CallOptions>): Promise<AnswerOf<Name>>;
  /** The exact bytes of an answer, such as a body; not checked against the rev. */
  bytes(name: CallName, parameters: Readonly<Record<string, string>>): Promise<Uint8Array<ArrayBuffer>>;
  /** The answer of a call, as a file to save. */
  file(name: CallName): Promise<Blob>;
  /** The bytes of an event stream over several feeds, from its headers on. `signal` ends it. */
  events(body: StreamRequest, signal: AbortSignal): Promise<ReadableStream<Uint8Array>>;
}

export interface ApiListener {
  /** The relay itself has answered. */
  readonly heard: () => void;
  /** The relay says that nobody is signed in; `isEnded` if there was a session that was ended. */
  readonly signedOut: (isEnded: boolean) => void;
}

/** No answer of the relay arrived. Repeat the call later, after `retryAfterMs` if the relay asked for that. */
export class Interruption extends Error {
  override readonly name = 'Interruption';
  readonly retryAfterMs: number;

  constructor(message: string, cause?: unknown, retryAfterMs = 0) {
    super(message, { cause });
    this.retryAfterMs = retryAfterMs;
  }
}

/** The relay at this page's origin, with the session's cookie and header. Does no I/O by itself. */
export function createApi({ heard, signedOut }: ApiListener): Api {
  async function call<Name extends CallName>(name: Name, options: AnyRequest = {}): Promise<AnswerOf<Name>> {
    const { timeoutMs = limits.answerMs, signal } = options;
    const answer = await within(timeoutMs, signal, async (ending) => {
      const response = await request(name, options, ending);
      return response.ok ? readAnswer(response) : refused(response, await readAnswer(response));
    });
    heard();
    return answer as AnswerOf<Name>;
  }

  async function request(name: CallName, options: AnyRequest, signal: AbortSignal): Promise<Response> {
    const { method } = calls[name];
    const plain = method === 'GET' || method === 'POST';
    // Some firewalls block other methods (docs/protocol.md, E6).
    const query = plain ? options.query : { ...options.query, _method: method };
    const path = pathOf(name, options.parameters, query);
    const body =
      options.body === undefined
        ? {}
        : { body: JSON.stringify(options.body), headers: { 'Content-Type': 'application/json' } };
    return tryFetch(path, { method: plain ? method : 'POST', ...body, signal });
  }

  async function refused(response: Response, answer: { readonly [field: string]: unknown }): Promise<never> {
    const refusal = parseRefusal(answer, response.status);
    const { code } = refusal;
    if (refusal.problem.retry === 'after-sign-in') signedOut(code === 'session-ended');
    if (passes(response.status, code)) throw new Interruption(refusal.message, refusal, retryAfterMs(response));
    heard();
    throw refusal;
  }

  return {
    call,
    bytes: (name, parameters) =>
      within(limits.answerMs, undefined, async (signal) => {
        const response = await tryFetch(pathOf(name, parameters), { signal });
        if (!response.ok) return refused(response, await readAnswer(response));
        return new Uint8Array(await response.arrayBuffer());
      }),
    file: (name) =>
      within(limits.requestMsMax, undefined, async (signal) => {
        const response = await tryFetch(pathOf(name), { signal });
        return response.ok ? response.blob() : refused(response, await readAnswer(response));
      }),
    async events(request, signal) {
      const headers = { Accept: 'text/event-stream', 'Content-Type': 'application/json' };
      const body = JSON.stringify(request);
      const response = await tryFetch(pathOf('stream'), { method: 'POST', headers, body, signal });
      if (!response.ok) return refused(response, await readAnswer(response));
      const type = response.headers.get('Content-Type') ?? '';
      if (!type.startsWith('text/event-stream') || response.body === null)
        throw new Interruption(`something on the network answered instead of the relay (${type || 'no type'})`);
      return response.body;
    },
  };
}

async function tryFetch(
  path: string,
  init: RequestInit & { readonly headers?: Record<string, string> },
): Promise<Response> {
  try {
    // `no-store`: the replica stores what is needed and can drop it at sign-out; the browser's cache could not.
    const response = await fetch(path, {
      credentials: 'same-origin',
      redirect: 'error',
      cache: 'no-store',
      ...init,
      headers: { ...init.headers, ...sessionHalf() },
    });
    takeSessionHalf(response);
    takeRelayClock(response);
    return response;
  } catch (error) {
    if (init.signal?.aborted) throw init.signal.reason;
    throw new Interruption('the relay cannot be reached', error);
  }
}

/** The JSON object, if it comes from the relay and not from a captive portal (docs/protocol.md, E1). */
async function readAnswer(response: Response): Promise<{ readonly [field: string]: unknown }> {
  try {
    const json: unknown = await response.json();
    if (typeof json === 'object' && json !== null && 'p' in json && json.p === PROTOCOL)
      return json as { [field: string]: unknown };
  } catch (error) {
    throw new Interruption('the answer was cut off, or did not come from the relay', error);
  }
  throw new Interruption(`something on the network answered instead of the relay (${response.status})`);
}

/** Whether the refusal is temporary. */
function passes(status: number, code: string): boolean {
  return status === 503 || (status === 429 && code !== 'queue-full');
}

function retryAfterMs(response: Response): number {
  const seconds = Number(response.headers.get('Retry-After'));
  return Number.isFinite(seconds) && seconds > 0 ? Math.min(seconds, 60) * 1000 : 0;
}

/** Runs with a signal that ends after `timeoutMs` (an Interruption) or with `outer`. `AbortSignal.any` on a long-lived signal leaks. */
async function within<Value>(
  timeoutMs: number,
  outer: AbortSignal | undefined,
  run: (signal: AbortSignal) => Promise<Value>,
): Promise<Value> {
  const inner = new AbortController();
  const end = () => inner.abort(outer?.reason);
  if (outer?.aborted) end();
  outer?.addEventListener('abort', end);
  const timer = setTimeout(() => inner.abort(new Interruption(`no answer within ${timeoutMs} ms`)), timeoutMs);
  try {
    return await run(inner.signal);
  } catch (error) {
    throw inner.signal.aborted ? inner.signal.reason : error;
  } finally {
    clearTimeout(timer);
    outer?.removeEventListener('abort', end);
  }
}
