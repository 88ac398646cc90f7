/** The listening socket: http or https, with deadlines for slow senders, and a shutdown that lets answers finish. */
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer as createHttp, type RequestListener, type Server } from 'node:http';
import { createServer as createHttps } from 'node:https';
import type { AddressInfo } from 'node:net';
import { limits } from '#contract/limits.ts';
import { reasonOf } from '#contract/reason.ts';
import type { ApiConfig } from './config.ts';

/** Why a relay cannot start, in one sentence for the person who started it. */
export class StartRefused extends Error {
  override readonly name = 'StartRefused';
}

export interface Listening extends AsyncDisposable {
  readonly port: number;
  /** Origin for this machine's own use. */
  readonly url: string;
}

/** Longer than the idle time of load balancers, which could otherwise send into a closing socket. */
const keepAliveMs = 75_000;
/** Timeout of an idle connection: longer than any hold and its keepalives. */
const idleMs = 120_000;
/** Time for running answers at shutdown, which takes at most 10 s in all. */
const finishMs = 8000;

/** Begins to listen. Throws StartRefused if the address is taken or the certificate cannot be read. */
export async function startListening(config: ApiConfig, answer: RequestListener): Promise<Listening> {
  const server = await createSocket(config, answer);
  server.timeout = idleMs;
  server.listen(config.port, config.listen);
  try {
    await once(server, 'listening');
  } catch (cause) {
    throw new StartRefused(refusalOf(config, cause), { cause });
  }
  const { port } = server.address() as AddressInfo;
  const scheme = config.tls === undefined ? 'http' : 'https';
  return {
    port,
    url: `${scheme}://${ownHost(config.listen)}:${port}`,
    [Symbol.asyncDispose]: () => finish(server),
  };
}

async function createSocket({ tls }: ApiConfig, answer: RequestListener): Promise<Server> {
  const options = {
    headersTimeout: limits.headersMsMax,
    requestTimeout: limits.requestMsMax,
    keepAliveTimeout: keepAliveMs,
    connectionsCheckingInterval: 2000,
  };
  if (tls === undefined) return createHttp(options, answer);
  try {
    const [cert, key] = await Promise.all([readFile(tls.cert), readFile(tls.key)]);
    return createHttps({ ...options, cert, key, minVersion: 'TLSv1.2' }, answer);
  } catch (cause) {
    throw new StartRefused(`The certificate or its key cannot be read: ${reasonOf(cause)}.`, { cause });
  }
}

function refusalOf({ listen, port }: ApiConfig, cause: unknown): string {
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  if (code === 'EADDRINUSE') return `Port ${port} is in use; stop what uses it, or choose another with --port.`;
  if (code === 'EACCES') return `Port ${port} is not for this user; choose one above 1023 with --port.`;
  if (code === 'EADDRNOTAVAIL') return `${listen} is no address of this machine; see --listen.`;
  return `Cannot listen on ${listen}, port ${port}: ${reasonOf(cause)}.`;
}

function ownHost(listen: string): string {
  if (listen === '0.0.0.0' || listen === '::') return '127.0.0.1';
  return listen.includes(':') ? `[${listen}]` : listen;
}

/** Accepts no more connections, lets answers finish, then closes the rest. */
async function finish(server: Server): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  const idle = setInterval(() => server.closeIdleConnections(), 20);
  const last = setTimeout(() => server.closeAllConnections(), finishMs);
  await closed;
  clearInterval(idle);
  clearTimeout(last);
}
