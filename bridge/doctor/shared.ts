/** What several checks need and one run asks once: the relay's greeting, clients without and with the key, sockets on the way to the relay. */
import { randomBytes } from 'node:crypto';
import type { Socket } from 'node:net';
import type { HelloAnswer } from '#contract/bridge.ts';
import { type Client, createClient } from '../net/client.ts';
import { createConnector } from '../net/connect.ts';
import { bareHost, portOf } from '../net/proxy.ts';
import { createRelayProof, type RelayProof } from '../net/relay-proof.ts';
import type { Patient } from './patient.ts';

export interface Greeting {
  readonly answer: HelloAnswer;
  /** How far this clock is ahead of the relay's, in ms. */
  readonly aheadMs: number;
  /** How long the call took, in ms. */
  readonly ms: number;
}

export interface Shared extends AsyncDisposable {
  /** The relay's answer to `hello`, asked once and without the key. Rejects with a Problem or an Interruption. */
  greeting(): Promise<Greeting>;
  /** A client that sends the machine's key. Only for checks that come after `key` or `answers`. */
  client(): Client;
  /** A new connection to the relay's port, through the proxy if there is one: plain, or with verified TLS. */
  connect(how: 'plain' | 'secure'): Promise<Socket>;
}

/** Opens no connection by itself. Checks without an origin must not use it. */
export function createShared(patient: Patient): Shared {
  const { key, proxy, connectMs } = patient;
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
    greeting: () => (greeted ??= greet(create({}), connectMs)),
    client: () => (keyed ??= create(key === undefined ? {} : { key })),
    connect: async (how) => {
      const socket = await connectTo(patient, how, proof);
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

function connectTo(
  { proxy, connectMs, ...patient }: Patient,
  how: 'plain' | 'secure',
  proof: RelayProof,
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
