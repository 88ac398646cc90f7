/** The door for agents on this machine: listens on loopback alone and holds the requests of agents that wait. ADR 35. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { limits } from '#contract/limits.ts';
import { createRoutes, type Reply, type RoutesDeps } from './routes.ts';
import { createWaits, type Waiting, type WaitsDeps } from './waits.ts';

export interface DoorDeps extends Pick<RoutesDeps, 'projects' | 'appUrl' | 'waitMsMax'>, WaitsDeps {
  readonly onTrouble: (error: unknown) => void;
}

export interface Door extends AsyncDisposable {
  readonly port: number;
  readonly url: string;
  waiting(): readonly Waiting[];
}

/** How long the last answers may take when the bridge stops. */
const lastAnswersMs = 500;

/** Listens on 127.0.0.1 and, where there is IPv6, on ::1. Rejects with the system's error if the port is taken on either. At its end, those who wait are told to ask again. */
export async function openDoor(port: number, deps: DoorDeps): Promise<Door> {
  const stopping = new AbortController();
  const waits = createWaits(deps);
  const route = createRoutes({ ...deps, waits, stopping: stopping.signal });
  const open = new Set<Promise<void>>();
  const serve = (request: IncomingMessage, response: ServerResponse) => {
    const served = answer(request, response, route).catch((error: unknown) => {
      deps.onTrouble(error);
      response.destroy();
    });
    open.add(served);
    void served.finally(() => open.delete(served));
  };
  const servers = await listenOnLoopback(port, () => createServer(serve));
  const [taken] = servers.map((server) => (server.address() as { port: number }).port);
  return {
    port: taken ?? port,
    url: `http://localhost:${taken}`,
    waiting: waits.list,
    [Symbol.asyncDispose]: async () => {
      stopping.abort();
      const closed = servers.map((server) => new Promise((resolve) => server.close(resolve)));
      await Promise.race([Promise.all(open), delay(lastAnswersMs)]);
      for (const server of servers) server.closeAllConnections();
      await Promise.all(closed);
    },
  };
}

async function listenOnLoopback(port: number, create: () => Server): Promise<readonly Server[]> {
  const first = await listen(create(), '127.0.0.1', port);
  const { port: taken } = first.address() as { port: number };
  try {
    return [first, await listen(create(), '::1', taken)];
  } catch (error) {
    // Another program at ::1 would get what agents send to localhost. Any other reason: this machine has no IPv6.
    if (!(error instanceof Error && 'code' in error && error.code === 'EADDRINUSE')) return [first];
    first.close();
    throw error;
  }
}

async function listen(server: Server, host: string, port: number): Promise<Server> {
  server.requestTimeout = 10_000;
  server.headersTimeout = 10_000;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen({ host, port, ipv6Only: host === '::1' }, resolve);
  });
  return server;
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  route: (request: IncomingMessage, gone: AbortSignal) => Promise<Reply>,
): Promise<void> {
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  const reply = await route(request, gone.signal);
  if ('held' in reply) return await hold(response, reply.held, limits.agentSignMs);
  const { status, body = {}, headers } = reply;
  const isPage = typeof body === 'string';
  response.writeHead(status, { ...headersOf(isPage ? 'text/html; charset=utf-8' : 'application/json'), ...headers });
  response.end(isPage ? body : JSON.stringify(body));
}

function headersOf(type: string) {
  return { 'Content-Type': type, 'Cache-Control': 'no-store', 'X-Content-Type-Options': 'nosniff' };
}

/** Answers when there is something to say. Until then it sends a space at each turn of `signMs`, which JSON allows; what is to be done `afterwards` is done only if the whole answer went to the socket. */
export async function hold(response: ServerResponse, held: Extract<Reply, { held: unknown }>['held'], signMs: number) {
  response.writeHead(200, headersOf('application/json'));
  response.flushHeaders();
  const signs = setInterval(() => response.write(' '), signMs);
  response.once('close', () => clearInterval(signs));
  const { body, afterwards } = await held.finally(() => clearInterval(signs));
  if (response.closed) return;
  const ended = new Promise((resolve) => response.once('finish', resolve).once('close', resolve));
  response.end(JSON.stringify(body));
  await ended;
  if (response.writableFinished) await afterwards?.();
}
