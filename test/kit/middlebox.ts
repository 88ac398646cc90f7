/** Something between the browser and the relay that does what networks do: it passes, cuts what is held, answers in the relay's place, or is gone. What buffers is in `weather.ts`. */
import { once } from 'node:events';
import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  request,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';

/**
 * `pass`; `cut-streams`: event streams end as they begin; `cut-held`: these and every held request; `intercept`: every
 * answer is a portal's page; `slow`: a request goes on a second later.
 */
export type Manner = 'pass' | 'cut-streams' | 'cut-held' | 'intercept' | 'slow';

export interface Middlebox extends AsyncDisposable {
  readonly url: string;
  manner: Manner;
  /** The relay behind it. */
  target: string;
  /** Answers of its own, by path. */
  readonly instead: Map<string, { readonly type: string; readonly body: string }>;
  /** Paths with query of every request so far, in order; of a stream that is opened by POST with the rung: `/v1/stream live=sse`. */
  readonly seen: string[];
  /** Nobody listens any more, and what was open is cut. */
  vanish(): Promise<void>;
  /** Listens again, on the same port. */
  comeBack(): Promise<void>;
}

/** Starts one in front of a relay at `target`. */
export async function openMiddlebox(target: string): Promise<Middlebox> {
  const sockets = new Set<Socket>();
  const seen: string[] = [];
  let server: Server | undefined;
  let port = 0;

  const handle: RequestListener = async (incoming, outgoing) => {
    const path = incoming.url ?? '/';
    const body = path === '/v1/stream' ? await text(incoming) : '';
    const { live = '', wait = 0 } = body === '' ? {} : (JSON.parse(body) as { live?: string; wait?: number });
    const isStream = live === 'sse';
    const isHeld = isStream || wait > 0;
    seen.push(live === '' ? path : `${path} live=${live}${isHeld ? '' : ' wait=0'}`);
    const { manner } = box;
    const own = box.instead.get(path);
    if (own !== undefined) return void outgoing.setHeader('content-type', own.type).end(own.body);
    if (manner === 'intercept') return void outgoing.setHeader('content-type', 'text/html').end('<h1>Welcome</h1>');
    if ((manner === 'cut-streams' && isStream) || (manner === 'cut-held' && isHeld)) return void outgoing.destroy();
    if (manner === 'slow') await delay(1000);
    forward(box.target, incoming, outgoing, body);
  };

  async function comeBack(): Promise<void> {
    server = createServer(handle).listen(port, '127.0.0.1');
    server.on('connection', (socket) => {
      sockets.add(socket);
      socket.on('close', () => sockets.delete(socket));
    });
    await once(server, 'listening');
    port = (server.address() as AddressInfo).port;
  }

  async function vanish(): Promise<void> {
    const closed = server?.listening ? once(server, 'close') : undefined;
    server?.close();
    for (const socket of sockets) socket.destroy();
    await closed;
  }

  await comeBack();
  const box: Middlebox = {
    url: `http://127.0.0.1:${port}`,
    manner: 'pass',
    target,
    seen,
    instead: new Map(),
    vanish,
    comeBack,
    [Symbol.asyncDispose]: vanish,
  };
  return box;
}

/** `body` is what was read of the request already. */
function forward(target: string, incoming: IncomingMessage, outgoing: ServerResponse, body: string): void {
  const { method, headers } = incoming;
  const onward = request(new URL(incoming.url ?? '/', target), { method: method ?? 'GET', headers }, (answer) => {
    outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
    outgoing.flushHeaders();
    answer.pipe(outgoing);
    answer.on('error', () => outgoing.destroy());
  });
  onward.on('error', () => outgoing.destroy());
  outgoing.on('close', () => onward.destroy());
  if (body === '') incoming.pipe(onward);
  else onward.end(body);
}
