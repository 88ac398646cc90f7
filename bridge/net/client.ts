/** The bridge's only way to the relay: typed calls of the contract's routes over two lanes (the held poll, and data), with a deadline, a limit on what is read, and a check that it is the relay who answers. The only undici. */
import { promisify } from 'node:util';
import { constants, gzip as gzipCallback, gzipSync } from 'node:zlib';
import { Agent, type Dispatcher, request } from 'undici';
import type { AnswerOf, CallArguments } from '#contract/call-types.ts';
import { limits } from '#contract/limits.ts';
import { pathOf } from '#contract/paths.ts';
import { Problem } from '#contract/problems.ts';
import { type RouteName, routes } from '#contract/routes.ts';
import { VERSION } from '#contract/version.ts';
import { parseAnswer, readAnswer } from './answer.ts';
import { createConnector } from './connect.ts';
import { Interruption, interruptionOf } from './interruption.ts';
import { createKnock, type Knock } from './knock.ts';
import type { HttpProxy } from './proxy.ts';
import type { RelayProof } from './relay-proof.ts';

const gzip = promisify(gzipCallback);

/** Below this gzip saves less than it costs. */
const gzipBytesMin = 1024;
/** Below this a thread costs more than the work. */
const gzipHereBytesMax = 64 * 1024;

export interface ClientOptions {
  /** Where the key goes, and nowhere else. */
  readonly origin: URL;
  /** Absent where nobody is known yet. */
  readonly key?: string;
  readonly proxy?: HttpProxy | undefined;
  /** What the relay has to prove on each new connection over plain HTTP before the key goes there. */
  readonly proof?: RelayProof;
  /** Deadline of each step of a connection, in ms. */
  readonly connectMs?: number;
  readonly answerBytesMax?: number;
}

/** What a call may say beside what its route takes. */
export interface CallOptions {
  /** Compressed above 1 KiB; not on networks that spoil it. */
  readonly gzip?: boolean;
  readonly lane?: Lane;
  /** Ms until the answer begins; 60 s unless said. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

/** `poll` is one connection that is held, `data` two for everything else. */
export type Lane = 'poll' | 'data';

/** A request whose route is only known while running. */
interface AnyRequest extends CallOptions {
  readonly parameters?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string | number | undefined>>;
  /** Sent as JSON, or as a form where that is the route's media type. */
  readonly body?: unknown;
  /** Sent as it is, under the route's media type. */
  readonly bytes?: Uint8Array;
}

export interface Client extends AsyncDisposable {
  /** The relay, as it is named in sentences. */
  readonly where: string;
  /** The answer; throws a Problem that the relay gave, or an Interruption for all that the network did (5xx and 429 are that too). */
  call<Name extends RouteName>(name: Name, ...rest: CallArguments<Name, CallOptions>): Promise<AnswerOf<Name>>;
  /** Looks whether something listens at the relay's port; absent where a proxy stands between. */
  readonly knock: Knock | undefined;
  /** Drops every socket: what is under way is interrupted, what follows begins afresh. */
  drop(): void;
  /** What follows takes new sockets; what is under way ends on its own. */
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
    knock: options.proxy === undefined ? createKnock(options.origin) : undefined,
    call: (name, call: AnyRequest = {}) => callRelay(options, agents[call.lane ?? 'data'], name, call),
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

function createAgents({ proxy, connectMs, proof }: ClientOptions): Readonly<Record<Lane, Agent>> {
  const connect = createConnector({ proxy, proof, ...(connectMs === undefined ? {} : { connectMs }) });
  const common = { connect, allowH2: false, pipelining: 1, keepAliveMaxTimeout: 25_000, maxRedirections: 0 };
  return { poll: new Agent({ ...common, connections: 1 }), data: new Agent({ ...common, connections: 2 }) };
}

async function compressed(plain: Uint8Array): Promise<Uint8Array> {
  const options = { level: constants.Z_BEST_SPEED };
  return plain.byteLength <= gzipHereBytesMax ? gzipSync(plain, options) : await gzip(plain, options);
}

async function callRelay<Name extends RouteName>(
  options: ClientOptions,
  dispatcher: Dispatcher,
  name: Name,
  call: AnyRequest,
): Promise<AnswerOf<Name>> {
  const where = options.origin.host;
  const timeoutMs = call.timeoutMs ?? limits.callMs;
  const deadline = createDeadline(timeoutMs + 3 * (options.connectMs ?? limits.connectMs), where, call.signal);
  try {
    const { headers, body } = await requestParts(options.key, name, call);
    const url = new URL(pathOf(name, call.parameters, call.query), options.origin);
    const sent = request(url, {
      dispatcher,
      method: routes[name].method,
      headers,
      body,
      headersTimeout: timeoutMs,
      bodyTimeout: limits.callMs,
      signal: deadline.signal,
    });
    const answer = await Promise.race([sent, deadline.passed]);
    const reading = readAnswer(answer, options.answerBytesMax ?? limits.answerBytesMax, where);
    return parseAnswer(name, answer, await Promise.race([reading, deadline.passed]), where) as AnswerOf<Name>;
  } catch (error) {
    if (error instanceof Problem) throw error;
    throw interruptionOf(error, where);
  } finally {
    deadline.clear();
  }
}

/** Ends a call for good, also while undici waits for a socket, which it does deaf to signals. */
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
    accept: 'application/json',
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
