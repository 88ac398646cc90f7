/** The bridge's only way to the relay: typed calls of the contract's routes over two lanes (the held poll, and data), with a deadline, a limit on the size of answers, and a check that the relay itself answers. Only this file and its neighbours use undici. */
import { promisify } from 'node:util';
import { constants, gzip as gzipCallback, gzipSync } from 'node:zlib';
import type { EventSourceMessage } from 'eventsource-parser';
import { Agent, type Dispatcher } from 'undici';
import type { AnswerOf, CallArguments } from '#contract/call-types.ts';
import { limits } from '#contract/limits.ts';
import { pathOf } from '#contract/paths.ts';
import { Problem } from '#contract/problems.ts';
import { type RouteName, routes } from '#contract/routes.ts';
import { VERSION } from '#contract/version.ts';
import { parseAnswer, readBytes } from './answer.ts';
import { createConnector } from './connect.ts';
import { Interruption, interruptionOf } from './interruption.ts';
import { createKnock, type Knock } from './knock.ts';
import { isEventStream, readMessages } from './messages.ts';
import type { ProxyServer } from './proxy.ts';
import type { RelayProof } from './relay-proof.ts';
import { targetOf } from './target.ts';
import type { WayFinder } from './ways.ts';

const gzip = promisify(gzipCallback);

/** Smaller bodies are not compressed: gzip would save less than it costs. */
const gzipBytesMin = 1024;
/** Smaller bodies are compressed on the main thread: handing them to another costs more than the work. */
const gzipHereBytesMax = 64 * 1024;

export interface ClientOptions {
  /** The relay's origin. The key is sent nowhere else. */
  readonly origin: URL;
  /** The machine's or person's key; absent before login. */
  readonly key?: string;
  /** A fixed proxy, or who finds the ways to the relay; absent for a direct connection. */
  readonly proxy?: ProxyServer | WayFinder | undefined;
  /** Proof of identity that the relay must give on each new connection over plain HTTP, before the key is sent. */
  readonly proof?: RelayProof;
  /** Deadline of each step of a connection, in ms. */
  readonly connectMs?: number;
  readonly answerBytesMax?: number;
}

/** Options of a call, beside the parameters of its route. */
export interface CallOptions {
  /** Whether bodies above 1 KiB are compressed; off on networks that damage compressed bodies. */
  readonly gzip?: boolean;
  readonly lane?: Lane;
  /** Ms until the answer must begin; default 60 s. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

/** `poll` is a connection that is held, `inbox` two (one for its stream), `channels` is one for what runs, `data` two for everything else. None is opened before its first call. */
export type Lane = 'poll' | 'inbox' | 'channels' | 'data';

/** A request whose route is known only at run time. */
interface AnyRequest extends CallOptions {
  readonly parameters?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string | number | undefined>>;
  /** Sent as JSON, or as a form if that is the route's media type. */
  readonly body?: unknown;
  /** Taken beside JSON. */
  readonly accept?: string;
  /** Sent as it is, under the route's media type. */
  readonly bytes?: Uint8Array;
}

export interface Client extends AsyncDisposable {
  /** The relay's name in messages. */
  readonly where: string;
  /** The answer. Throws a Problem of the relay, or an Interruption for failures of the network (5xx and 429 count as such). */
  call<Name extends RouteName>(name: Name, ...rest: CallArguments<Name, CallOptions>): Promise<AnswerOf<Name>>;
  /** Opens a call that may be answered by a stream of events, each chunk's together; `answer` where it is answered as any other. Throws as `call` does, also while the messages are read. */
  events<Name extends RouteName>(
    name: Name,
    ...rest: CallArguments<Name, CallOptions>
  ): Promise<{ readonly messages: AsyncIterable<readonly EventSourceMessage[]> } | { readonly answer: AnswerOf<Name> }>;
  /** The bytes of an answer that is no JSON. Throws as `call` does. */
  bytes(name: RouteName, parameters: Readonly<Record<string, string>>): Promise<Buffer>;
  /** Checks whether something listens on the relay's port; absent if a proxy is in between. */
  readonly knock: Knock | undefined;
  /** Drops every socket: running calls are interrupted, and later calls use new sockets. */
  drop(): void;
  /** Later calls use new sockets; running calls finish on the old ones. */
  renew(): void;
}

/** A client of one relay; opens no socket before the first call. */
export function createClient(options: ClientOptions): Client {
  let agents = createAgents(options);
  const replace = () => {
    const old = agents;
    agents = createAgents(options);
    return Object.values(old);
  };
  return {
    where: options.origin.host,
    knock: knockFor(options),
    call: async (name, call: AnyRequest = {}) => {
      const agent = agents[call.lane ?? 'data'];
      const { answer, bytes } = await callRelay(options, agent, name, call, (answer) => wholeOf(options, answer));
      return parsed(options, name, answer, bytes);
    },
    events: async (name, call: AnyRequest = {}) =>
      await callRelay(options, agents[call.lane ?? 'data'], name, { ...call, accept: 'text/event-stream' }, (answer) =>
        isEventStream(answer)
          ? { messages: readMessages(answer, options.origin.host, call.signal) }
          : wholeOf(options, answer).then(({ bytes }) => ({ answer: parsed(options, name, answer, bytes) })),
      ),
    bytes: async (name, parameters) => {
      const read = (answer: Dispatcher.ResponseData) => wholeOf(options, answer);
      const { answer, bytes } = await callRelay(options, agents.data, name, { parameters }, read);
      return answer.statusCode === 200 ? bytes : parsed(options, name, answer, bytes);
    },
    drop: () => {
      for (const agent of replace()) agent.destroy().catch(() => undefined);
    },
    renew: () => {
      for (const agent of replace()) agent.close().catch(() => undefined);
    },
    [Symbol.asyncDispose]: async () => {
      await Promise.all(Object.values(agents).map((agent) => agent.destroy()));
    },
  };
}

/** None with a fixed proxy. Where the ways may change, it counts as open while the first one is a proxy. */
function knockFor({ origin, proxy }: ClientOptions): Knock | undefined {
  const knock = createKnock(origin);
  if (proxy === undefined) return knock;
  if (!('find' in proxy)) return undefined;
  return async () => proxy.last()?.hops[0] !== undefined || (await knock());
}

function createAgents({ proxy, connectMs, proof }: ClientOptions): Readonly<Record<Lane, Agent>> {
  const connect = createConnector({ proxy, proof, ...(connectMs === undefined ? {} : { connectMs }) });
  const common = { connect, allowH2: false, pipelining: 1, keepAliveMaxTimeout: 25_000, maxRedirections: 0 };
  const agentOf = (connections: number) => new Agent({ ...common, connections });
  return { poll: agentOf(1), inbox: agentOf(2), channels: agentOf(1), data: agentOf(2) };
}

async function compressed(plain: Uint8Array): Promise<Uint8Array> {
  const options = { level: constants.Z_BEST_SPEED };
  return plain.byteLength <= gzipHereBytesMax ? gzipSync(plain, options) : await gzip(plain, options);
}

/** Throws what the answer says of a failure. */
function parsed<Name extends RouteName>(
  { origin, key }: ClientOptions,
  name: Name,
  answer: Dispatcher.ResponseData,
  bytes: Buffer,
): AnswerOf<Name> {
  try {
    return parseAnswer(name, answer, bytes.toString('utf8'), origin.host) as AnswerOf<Name>;
  } catch (error) {
    throw error instanceof Problem && key !== undefined ? strippedKey(error, origin.host) : error;
  }
}

/** An answer with all its bytes. */
async function wholeOf(
  { origin, answerBytesMax = limits.answerBytesMax }: ClientOptions,
  answer: Dispatcher.ResponseData,
) {
  return { answer, bytes: await readBytes(answer, answerBytesMax, origin.host) };
}

/** Makes a call, of whose answer `read` makes the result. Of what is read after that only the caller's signal makes an end. */
async function callRelay<Result>(
  options: ClientOptions,
  dispatcher: Dispatcher,
  name: RouteName,
  call: AnyRequest,
  read: (answer: Dispatcher.ResponseData) => Result | Promise<Result>,
): Promise<Result> {
  const where = options.origin.host;
  const timeoutMs = call.timeoutMs ?? limits.callMs;
  const deadline = createDeadline(timeoutMs + 3 * (options.connectMs ?? limits.connectMs), where, call.signal);
  try {
    const { headers, body } = await requestParts(options.key, name, call);
    const url = new URL(pathOf(name, call.parameters, call.query), options.origin);
    const sent = dispatcher.request({
      ...targetOf(url),
      method: routes[name].method,
      headers,
      body,
      headersTimeout: timeoutMs,
      bodyTimeout: limits.callMs,
      signal: deadline.signal,
    });
    const answer = await Promise.race([sent, deadline.passed]);
    return await Promise.race([read(answer), deadline.passed]);
  } catch (error) {
    if (error instanceof Problem) throw options.key === undefined ? error : strippedKey(error, where);
    throw interruptionOf(error, where);
  } finally {
    deadline.clear();
  }
}

/** If a key was sent and the relay got none, the problem says so. */
function strippedKey(problem: Problem, where: string): Problem {
  if (problem.code !== 'key-missing') return problem;
  const detail = `The key was sent, but something between here and ${where} removes the header Authorization`;
  const hint = `Ask the people who run the network or the reverse proxy to pass this header to ${where} unchanged.`;
  return new Problem('key-missing', detail, { ...problem.extra, hint });
}

/** Ends a call, also while undici waits for a socket, when it ignores abort signals. */
function createDeadline(ms: number, where: string, outer: AbortSignal | undefined) {
  const controller = new AbortController();
  const { promise: passed, reject } = Promise.withResolvers<never>();
  passed.catch(() => undefined);
  const end = (interruption: Interruption) => {
    reject(interruption);
    controller.abort(interruption);
  };
  const sentence = `No answer from ${where} within ${Math.round(ms / 1000)} s.`;
  const timer = setTimeout(() => end(new Interruption(sentence, { breakage: 'timeout' })), ms);
  const onAbort = () => end(new Interruption(`The call to ${where} was given up here.`, { breakage: 'dropped' }));
  if (outer?.aborted) onAbort();
  outer?.addEventListener('abort', onAbort, { once: true });
  const clear = () => {
    clearTimeout(timer);
    outer?.removeEventListener('abort', onAbort);
  };
  return { signal: controller.signal, passed, clear };
}

async function requestParts(key: string | undefined, name: RouteName, call: AnyRequest) {
  const headers: Record<string, string> = {
    ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
    accept: [call.accept, 'application/json'].filter((type) => type !== undefined).join(', '),
    'user-agent': `sallyport/${VERSION}`,
  };
  const route = routes[name];
  const media = 'media' in route ? route.media : 'application/json';
  const plain = call.bytes ?? (call.body === undefined ? undefined : encoded(call.body, media));
  if (plain === undefined) return { headers, body: null };
  headers['content-type'] = media;
  const compress = call.gzip === true && plain.byteLength > gzipBytesMin;
  if (compress) headers['content-encoding'] = 'gzip';
  const body = compress ? await compressed(plain) : plain;
  headers['content-length'] = String(body.byteLength);
  return { headers, body };
}

function encoded(body: unknown, media: string): Buffer {
  const isForm = media === 'application/x-www-form-urlencoded';
  return Buffer.from(isForm ? new URLSearchParams(body as Record<string, string>).toString() : JSON.stringify(body));
}
