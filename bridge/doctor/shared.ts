/** What several checks need and one run asks once: the relay's greeting, clients without and with the key, sockets on the way to the relay. */
import { randomBytes } from 'node:crypto';
import { isIP, type Socket } from 'node:net';
import type { HelloAnswer } from '#contract/bridge.ts';
import { type Client, createClient } from '../net/client.ts';
import { createConnector } from '../net/connect.ts';
import { Interruption, interruptionOf } from '../net/interruption.ts';
import { bareHost, type ProxyServer, portOf } from '../net/proxy.ts';
import { createRelayProof, type RelayProof } from '../net/relay-proof.ts';
import { fixedWay, type WayFinder } from '../net/ways.ts';
import { hopsOf, type Patient } from './patient.ts';

export interface Greeting {
  readonly answer: HelloAnswer;
  /** How far this clock is ahead of the relay's, in ms. */
  readonly aheadMs: number;
  /** How long the fastest call took, in ms. */
  readonly ms: number;
  /** How many calls were made, and how those ended that got no answer. */
  readonly asked: number;
  readonly lost: readonly Interruption[];
}

/** A way to the relay, and what kept it from opening a connection; undefined where it opened one. */
export interface Tried {
  readonly hop: ProxyServer | undefined;
  readonly trouble: Interruption | undefined;
  readonly ms: number;
}

export interface Shared extends AsyncDisposable {
  /** The ways to the relay's port in their order, up to the first that opens a connection; tried once. */
  tried(): Promise<readonly Tried[]>;
  /** The way that all connections take: the last one tried. */
  hop(): Promise<ProxyServer | undefined>;
  /** The relay's answer to `hello`, asked a few times and without the key. Rejects with a Problem, or an Interruption where it never came. */
  greeting(): Promise<Greeting>;
  /** Makes a call again that was lost on the way, a few times. Rejects as the call does. */
  again<Answer>(call: () => Promise<Answer>): Promise<Answer>;
  /** A client that sends the machine's key. Only for checks that come after `key` or `answers`. */
  client(): Client;
  /** A new connection to the relay's port, on the way that works: plain, or with verified TLS. */
  connect(how: 'plain' | 'secure'): Promise<Socket>;
}

/** Opens no connection by itself. Checks without an origin must not use it. */
export function createShared(patient: Patient): Shared {
  const { key, connectMs } = patient;
  let trying: Promise<readonly Tried[]> | undefined;
  const tried = () => (trying ??= tryWays(patient));
  const hop = async () => (await tried()).at(-1)?.hop;
  const proxy: WayFinder = {
    find: async () => await fixedWay(await hop()).find(),
    last: () => undefined,
    failed: () => undefined,
  };
  // Over plain http each connection must prove that it is the same relay, before the key is sent on it.
  const proof = createRelayProof(patient.relayKey);
  const clients: Client[] = [];
  const sockets = new Set<Socket>();
  const create = (with_: { readonly key?: string }) => {
    // Where nothing is pinned and no key is sent, each connection that is to be tried would only be asked twice.
    const proved = with_.key === undefined && patient.relayKey === undefined ? {} : { proof };
    const client = createClient({ origin: originOf(patient), proxy, connectMs, ...proved, ...with_ });
    clients.push(client);
    return client;
  };
  let keyed: Client | undefined;
  let greeted: Promise<Greeting> | undefined;
  return {
    tried,
    hop,
    greeting: () => (greeted ??= greet(create({}), connectMs)),
    again: (call) => again(call, connectMs),
    client: () => (keyed ??= create(key === undefined ? {} : { key })),
    connect: async (how) => {
      const socket = await connectTo(patient, await hop(), how, proof);
      sockets.add(socket.on('error', () => undefined));
      return socket;
    },
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      await Promise.all(clients.map((client) => client[Symbol.asyncDispose]()));
    },
  };
}

/** From this on an answer is slow, and asked for more often: the machine may have been busy. */
export const slowMs = 180;
/** Calls that must be answered, where the first ones are fast or slow; and calls at most. */
const [fewCalls, moreCalls, mostCalls] = [2, 4, 5];

async function greet(client: Client, connectMs: number): Promise<Greeting> {
  const lost: Interruption[] = [];
  const nonce = randomBytes(12).toString('base64url');
  let [answered, best]: [number, Pick<Greeting, 'answer' | 'ms' | 'aheadMs'> | undefined] = [0, undefined];
  while (answered + lost.length < mostCalls && answered < ((best?.ms ?? 0) > slowMs ? moreCalls : fewCalls)) {
    const [began, beganAt] = [performance.now(), Date.now()];
    try {
      const answer = await client.call('hello', { query: { nonce }, timeoutMs: connectMs });
      const ms = performance.now() - began;
      answered += 1;
      // The first call opens the connection, so that a later one measures the way alone.
      if (best === undefined || ms < best.ms) best = { answer, ms, aheadMs: beganAt + ms / 2 - answer.now };
    } catch (error) {
      lost.push(lostOnTheWay(error, performance.now() - began, connectMs));
    }
  }
  const [first] = lost;
  if (best === undefined) throw first ?? new TypeError('nothing was asked');
  return { ...best, asked: answered + lost.length, lost };
}

/** A failure that another try may not meet: the call was lost, at once. Throws all others. */
function lostOnTheWay(error: unknown, tookMs: number, connectMs: number): Interruption {
  if (!(error instanceof Interruption) || tookMs > connectMs / 2) throw error;
  const { breakage, status = 0 } = error;
  if (breakage === 'cut' || (breakage === 'answered' && status >= 500 && status !== 511)) return error;
  throw error;
}

async function again<Answer>(call: () => Promise<Answer>, connectMs: number): Promise<Answer> {
  for (let tried = 1; ; tried++) {
    const began = performance.now();
    try {
      return await call();
    } catch (error) {
      const lost = lostOnTheWay(error, performance.now() - began, connectMs);
      if (tried >= mostCalls) throw lost;
    }
  }
}

async function tryWays(patient: Patient): Promise<readonly Tried[]> {
  const tried: Tried[] = [];
  for (const hop of hopsOf(patient)) {
    const began = performance.now();
    const trouble = await connectTo(patient, hop, 'plain').then(
      (socket): undefined => void socket.on('error', () => undefined).destroy(),
      (error: unknown) => interruptionOf(error, originOf(patient).host),
    );
    tried.push({ hop, trouble, ms: performance.now() - began });
    if (trouble === undefined) break;
  }
  return tried;
}

function connectTo(
  { connectMs, ...patient }: Patient,
  proxy: ProxyServer | undefined,
  how: 'plain' | 'secure',
  proof?: RelayProof,
): Promise<Socket> {
  const origin = originOf(patient);
  const host = bareHost(origin);
  const connector = createConnector({ proxy, connectMs, proof: how === 'secure' ? proof : undefined });
  const { promise, resolve, reject } = Promise.withResolvers<Socket>();
  const protocol = how === 'secure' ? origin.protocol : 'http:';
  // TLS knows names alone: a bare address is not named in it.
  const servername = isIP(host) === 0 ? { servername: host } : {};
  connector({ hostname: host, host, port: portOf(origin), protocol, ...servername }, (error, socket) =>
    error === null ? resolve(socket) : reject(error),
  );
  return promise;
}

function originOf({ origin }: Pick<Patient, 'origin'>): URL {
  if (origin === undefined) throw new TypeError('this check must come after address');
  return origin;
}
