/** What several checks need and one run asks once: the relay's greeting, clients without and with the key, sockets on the way to the relay. */
import { randomBytes } from 'node:crypto';
import type { Socket } from 'node:net';
import type { HelloAnswer } from '#contract/bridge.ts';
import { type Client, createClient } from '../net/client.ts';
import { createConnector } from '../net/connect.ts';
import { type Interruption, interruptionOf } from '../net/interruption.ts';
import { bareHost, type ProxyServer, portOf } from '../net/proxy.ts';
import { createRelayProof, type RelayProof } from '../net/relay-proof.ts';
import { fixedWay, type WayFinder } from '../net/ways.ts';
import { hopsOf, type Patient } from './patient.ts';

export interface Greeting {
  readonly answer: HelloAnswer;
  /** How far this clock is ahead of the relay's, in ms. */
  readonly aheadMs: number;
  /** How long the call took, in ms. */
  readonly ms: number;
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
  /** The relay's answer to `hello`, asked once and without the key. Rejects with a Problem or an Interruption. */
  greeting(): Promise<Greeting>;
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
    const client = createClient({ origin: originOf(patient), proxy, proof, connectMs, ...with_ });
    clients.push(client);
    return client;
  };
  let keyed: Client | undefined;
  let greeted: Promise<Greeting> | undefined;
  return {
    tried,
    hop,
    greeting: () => (greeted ??= greet(create({}), connectMs)),
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

async function greet(client: Client, connectMs: number): Promise<Greeting> {
  const nonce = randomBytes(12).toString('base64url');
  // The first call opens the connection, so that the second one measures the way alone.
  await client.call('hello', { query: { nonce }, timeoutMs: connectMs });
  const [began, beganAt] = [performance.now(), Date.now()];
  const answer = await client.call('hello', { query: { nonce }, timeoutMs: connectMs });
  const ms = performance.now() - began;
  return { answer, ms, aheadMs: beganAt + ms / 2 - answer.now };
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
  connector({ hostname: host, host, port: portOf(origin), protocol, servername: host }, (error, socket) =>
    error === null ? resolve(socket) : reject(error),
  );
  return promise;
}

function originOf({ origin }: Pick<Patient, 'origin'>): URL {
  if (origin === undefined) throw new TypeError('this check must come after address');
  return origin;
}
