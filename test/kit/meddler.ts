/** A gateway in front of a relay that does to each request what a test says: passes it, answers in its place, cuts it, or changes its bytes or those of its answer. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';

export interface Met {
  readonly method: string;
  /** Path with query. */
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  /** As it came, perhaps compressed. */
  readonly body: Buffer;
  /** What it says. */
  readonly text: () => string;
}

/** undefined passes the request on; `afterMs` does so later, `after` when that is over. `cutAfterMs` passes it on and cuts it when it takes longer. `body` is passed on in place of the request's, and `answered` changes the answer. */
export type Meddling =
  | undefined
  | { readonly afterMs: number }
  | { readonly after: Promise<unknown> }
  | { readonly cutAfterMs: number }
  | { readonly body: Buffer; readonly answered?: (text: string) => string }
  | {
      readonly status: number;
      readonly headers?: Record<string, string>;
      readonly answer?: string | (() => AsyncIterable<Buffer>);
    };

export interface Meddler extends AsyncDisposable {
  readonly url: string;
  /** What it does to each request. */
  meddle: (met: Met) => Meddling;
  /** Every request so far. */
  readonly met: Met[];
}

/** Starts a gateway in front of `target`. */
export async function openMeddler(target: string, meddle: (met: Met) => Meddling = () => undefined): Promise<Meddler> {
  const sockets = new Set<Socket>();
  const met: Met[] = [];
  const server = createServer(async (incoming, outgoing) => {
    const chunks: Buffer[] = [];
    try {
      for await (const chunk of incoming) chunks.push(chunk as Buffer);
    } catch {
      return;
    }
    const { method = 'GET', url: path = '/', headers } = incoming;
    const body = Buffer.concat(chunks);
    const said = () => (headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body).toString();
    const one = { method, path, headers, body, text: said };
    met.push(one);
    await meddleWith(meddler.meddle(one), one, target, outgoing);
  }).listen(0, '127.0.0.1');
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  await once(server, 'listening');
  const meddler: Meddler = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    meddle,
    met,
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
  return meddler;
}

async function meddleWith(meddling: Meddling, met: Met, target: string, outgoing: ServerResponse): Promise<void> {
  if (meddling !== undefined && 'status' in meddling) {
    outgoing.writeHead(meddling.status, meddling.headers);
    if (typeof meddling.answer !== 'function') return void outgoing.end(meddling.answer);
    return await pipeline(meddling.answer, outgoing).catch(() => undefined);
  }
  if (meddling !== undefined && 'afterMs' in meddling) await delay(meddling.afterMs);
  if (meddling !== undefined && 'after' in meddling) await meddling.after;
  const body = meddling !== undefined && 'body' in meddling ? meddling.body : met.body;
  const answered = meddling !== undefined && 'body' in meddling ? meddling.answered : undefined;
  forward(target, met, body, outgoing, answered);
  if (meddling !== undefined && 'cutAfterMs' in meddling) setTimeout(() => outgoing.destroy(), meddling.cutAfterMs);
}

function forward(
  target: string,
  { method, path, headers }: Met,
  body: Buffer,
  outgoing: ServerResponse,
  answered?: (text: string) => string,
): void {
  const own = { ...headers, host: new URL(target).host, 'content-length': String(body.length) };
  const onward = request(new URL(path, target), { method, headers: own }, async (answer) => {
    if (answered !== undefined) {
      const changed = Buffer.from(answered(await text(answer)));
      outgoing.writeHead(answer.statusCode ?? 502, { ...answer.headers, 'content-length': String(changed.length) });
      return void outgoing.end(changed);
    }
    outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(outgoing);
    answer.on('error', () => outgoing.destroy());
  });
  onward.on('error', () => outgoing.destroy());
  outgoing.on('close', () => onward.destroy());
  onward.end(body);
}
