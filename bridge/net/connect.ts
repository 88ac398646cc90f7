/** Opens sockets to the relay: directly, or by CONNECT through a proxy. Each step has a deadline, and each refusal names its cause. We do not use undici's proxy agent, because it hides `Proxy-Authenticate` and waits forever for a proxy that never answers. */
import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { buildConnector } from 'undici';
import { limits } from '#contract/limits.ts';
import { askForProof } from './ask-hello.ts';
import { Interruption } from './interruption.ts';
import { bareHost, type HttpProxy, portOf, proxyName } from './proxy.ts';
import type { RelayProof } from './relay-proof.ts';

export interface ConnectorOptions {
  readonly proxy: HttpProxy | undefined;
  /** Deadline of each step, in ms. */
  readonly connectMs?: number;
  /** Called for each new connection over plain HTTP, where TLS does not identify the relay. */
  readonly proof?: RelayProof | undefined;
}

/** A connector for undici's `Agent({connect})`: HTTP/1.1 only, TLS verified. */
export function createConnector(options: ConnectorOptions): buildConnector.connector {
  const open = createOpener(options);
  const { proof, connectMs = limits.connectMs } = options;
  if (proof === undefined) return open;
  return (to, callback) =>
    open(to, (error, socket) => {
      if (error !== null || to.protocol === 'https:')
        return error === null ? callback(null, socket) : callback(error, null);
      askForProof(socket, to.host ?? to.hostname, proof, connectMs).then(
        () => callback(null, socket),
        (why: Error) => {
          socket.on('error', () => undefined).destroy();
          callback(why, null);
        },
      );
    });
}

function createOpener({ proxy, connectMs = limits.connectMs }: ConnectorOptions): buildConnector.connector {
  const direct = buildConnector({
    allowH2: false,
    timeout: connectMs,
    autoSelectFamily: true,
    autoSelectFamilyAttemptTimeout: 2000,
  });
  if (proxy === undefined) return direct;
  return (options, callback) => {
    openTunnel(
      proxy,
      `${options.hostname}:${options.port || portOf(new URL(`${options.protocol}//x`))}`,
      connectMs,
    ).then(
      (socket) => {
        if (options.protocol === 'https:') direct({ ...options, httpSocket: socket }, callback);
        else callback(null, socket);
      },
      (error: Error) => callback(error, null),
    );
  };
}

/** Opens the tunnel. A proxy that drops the connection is tried three times within 3 s; one that refuses with a reason or stays silent, once. */
async function openTunnel(proxy: HttpProxy, target: string, connectMs: number): Promise<Socket> {
  const began = performance.now();
  for (let tries = 1; ; tries++) {
    try {
      return await tryTunnel(proxy, target, connectMs);
    } catch (error) {
      const spent = performance.now() - began;
      const again = error instanceof Interruption && error.breakage === 'cut' && tries < limits.proxyTriesMax;
      if (!again || spent + 200 * tries > limits.proxyTriesMs) throw error;
      await delay(200 * tries);
    }
  }
}

function tryTunnel(proxy: HttpProxy, target: string, connectMs: number): Promise<Socket> {
  const { promise, resolve, reject } = Promise.withResolvers<Socket>();
  const request = (proxy.url.protocol === 'https:' ? requestHttps : requestHttp)({
    host: bareHost(proxy.url),
    port: portOf(proxy.url),
    method: 'CONNECT',
    path: target,
    agent: false,
    headers: { host: target, 'user-agent': 'sallyport', ...authorization(proxy.url) },
  });
  const timer = setTimeout(() => request.destroy(silence(proxy, connectMs)), connectMs);
  request.once('connect', (answer, socket, head) => {
    clearTimeout(timer);
    if (answer.statusCode === 200) {
      if (head.length > 0) socket.unshift(head);
      resolve(asSocket(socket));
      return;
    }
    socket.destroy();
    reject(refusal(proxy, target, answer.statusCode ?? 0, answer.headersDistinct['proxy-authenticate'] ?? []));
  });
  request.once('error', (error) => {
    clearTimeout(timer);
    reject(error instanceof Interruption ? error : broken(proxy, error));
  });
  request.end();
  return promise;
}

/** With `agent: false`, Node hands over the plain or TLS socket that it has opened. */
function asSocket(stream: Duplex): Socket {
  const socket = stream as Socket;
  socket.setTimeout(0);
  socket.setNoDelay(true);
  return socket;
}

function authorization({ username, password }: URL): Record<string, string> {
  if (username === '' && password === '') return {};
  const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return { 'proxy-authorization': `Basic ${Buffer.from(pair, 'utf8').toString('base64')}` };
}

function silence(proxy: HttpProxy, connectMs: number): Interruption {
  const sentence = `The proxy ${proxyName(proxy)} did not answer CONNECT within ${connectMs / 1000} s.`;
  return new Interruption(sentence, { breakage: 'timeout' });
}

function broken(proxy: HttpProxy, error: Error): Interruption {
  const code = 'code' in error ? error.code : undefined;
  const name = proxyName(proxy);
  if (code === 'ECONNREFUSED')
    return new Interruption(`The proxy ${name} refuses connections.`, { breakage: 'refused', cause: error });
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN')
    return new Interruption(`The name of the proxy ${name} is not known to DNS.`, {
      breakage: 'refused',
      cause: error,
    });
  if (code === 'ECONNRESET')
    return new Interruption(`The proxy ${name} closed the connection at CONNECT.`, { breakage: 'cut', cause: error });
  return new Interruption(`The proxy ${name} failed at CONNECT: ${error.message}.`, { breakage: 'cut', cause: error });
}

/** Explains the status of a proxy. */
function refusal(proxy: HttpProxy, target: string, status: number, schemes: readonly string[]): Interruption {
  const about = { breakage: 'answered', status } as const;
  const name = proxyName(proxy);
  if (status === 407) return new Interruption(signIn(proxy, schemes), about);
  if (status === 403)
    return new Interruption(`The proxy ${name} does not allow connections to ${target} (403).`, about);
  if (status >= 500) return new Interruption(`The proxy ${name} cannot reach ${target} (${status}).`, about);
  return new Interruption(`The proxy ${name} answered CONNECT with ${status}.`, about);
}

/** The message for a 407: which schemes the proxy offers, and what to do. */
function signIn(proxy: HttpProxy, schemes: readonly string[]): string {
  const offered = [...new Set(schemes.flatMap(schemesIn))];
  const name = proxyName(proxy);
  const basic = offered.some((scheme) => scheme.toLowerCase() === 'basic');
  if (basic && proxy.url.username !== '') return `The proxy ${name} refused the name and password in ${proxy.source}.`;
  if (basic)
    return `The proxy ${name} wants a name and password: put them into ${proxy.source} as http://name:password@host:port.`;
  const by = offered.length === 0 ? 'without saying how' : `by ${offered.join(' or ')}`;
  return `The proxy ${name} wants a sign-in ${by}, which needs a local helper: run cntlm or px and point ${proxy.source} to it.`;
}

/** The schemes in a `Proxy-Authenticate`. Commas separate both schemes and their parameters. */
function schemesIn(header: string): readonly string[] {
  const names = header.matchAll(/(?:^|,)\s*([a-z][\w-]*)(?=\s*(?:,|$)|\s+[^\s=,])/gi);
  return [...names].map(([, name = '']) => name);
}
