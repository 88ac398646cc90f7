/** A gateway in front of a relay that does to each request what a test says: passes it, answers in its place, cuts it, or changes its bytes or those of its answer. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { constants, createGzip, gunzipSync } from 'node:zlib';

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

/** undefined passes the request on; `afterMs` does so later, `after` when that is over. `cutAfterMs` passes it on and cuts it when it takes longer. `body` is passed on in place of the request's, and `answered` changes the answer. `silent` never answers. `way` passes it on in a way of networks. */
export type Meddling =
  | undefined
  | { readonly afterMs: number }
  | { readonly after: Promise<unknown> }
  | { readonly cutAfterMs: number }
  | { readonly silent: true }
  | { readonly way: Way }
  | { readonly body: Buffer; readonly answered?: (text: string) => string }
  | {
      readonly status: number;
      readonly headers?: Record<string, string>;
      readonly answer?: string | (() => AsyncIterable<Buffer>);
    };

/** How a network passes on a request and its answer. */
export interface Way {
  /** Headers of the request that do not arrive; `x-*` stands for all that begin so. */
  readonly without?: readonly string[];
  /** The same of the answer. */
  readonly answersWithout?: readonly string[];
  /** Delivers it so many times more, each `copyAfterMs` after the one before. */
  readonly copies?: number;
  readonly copyAfterMs?: number;
  /** The answer is lost when the relay has given it. */
  readonly losesAnswer?: boolean;
  /** It is passed on so late. */
  readonly afterMs?: number;
  /** Both directions go in slices of so many bytes, one each `sliceMs`. */
  readonly sliceBytes?: number;
  readonly sliceMs?: number;
  /** The connection is reset after so many bytes of the answer. */
  readonly resetAfterBytes?: number;
  /** The answer goes on at its end, each chunk of it when the next one comes, or in full KiB. */
  readonly holds?: 'everything' | 'one chunk' | 'below 1 KiB';
  /** The answer is compressed where that is accepted, whatever it is: each chunk by itself, or as fills the compressor. */
  readonly compresses?: 'each chunk' | 'the whole' | undefined;
}

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
  if (meddling !== undefined && 'silent' in meddling) return;
  if (meddling !== undefined && 'way' in meddling) return await takeWay(target, met, meddling.way, outgoing);
  if (meddling !== undefined && 'afterMs' in meddling) await delay(meddling.afterMs);
  if (meddling !== undefined && 'after' in meddling) await meddling.after;
  const body = meddling !== undefined && 'body' in meddling ? meddling.body : met.body;
  const answered = meddling !== undefined && 'body' in meddling ? meddling.answered : undefined;
  forward(target, met, body, outgoing, answered);
  if (meddling !== undefined && 'cutAfterMs' in meddling) setTimeout(() => outgoing.destroy(), meddling.cutAfterMs);
}

async function takeWay(target: string, met: Met, way: Way, outgoing: ServerResponse): Promise<void> {
  const { without = [], copies = 0, copyAfterMs = 0, afterMs } = way;
  if (afterMs !== undefined) await delay(afterMs);
  const headers = withoutHeaders(met.headers, without);
  const isCompressed = way.compresses !== undefined && /\bgzip\b/.test(met.headers['accept-encoding'] ?? '');
  const send = async () => {
    const onward = request(new URL(met.path, target), { method: met.method, headers });
    outgoing.on('close', () => onward.destroy());
    // It may come before the end, which the length of the body foretells.
    const answered = once(onward, 'response');
    answered.catch(() => undefined);
    for (const slice of slicesOf(met.body, way)) {
      onward.write(slice);
      if (way.sliceMs !== undefined) await delay(way.sliceMs);
    }
    onward.end();
    const [answer] = (await answered) as [IncomingMessage];
    return answer;
  };
  try {
    await passBack(await send(), isCompressed ? way : { ...way, compresses: undefined }, outgoing);
    for (let copy = 0; copy < copies; copy++) {
      await delay(copyAfterMs);
      for await (const _ of await send());
    }
  } catch {
    outgoing.destroy();
  }
}

/** Headers without those of these names. */
function withoutHeaders(headers: IncomingMessage['headers'], names: readonly string[]): IncomingMessage['headers'] {
  const isGone = (name: string) =>
    names.some((one) => (one.endsWith('*') ? name.startsWith(one.slice(0, -1)) : name === one));
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !isGone(name)));
}

async function passBack(answer: IncomingMessage, way: Way, outgoing: ServerResponse): Promise<void> {
  const { losesAnswer, holds, resetAfterBytes = Number.POSITIVE_INFINITY, sliceMs, answersWithout = [] } = way;
  let passed = 0;
  const held: Buffer[] = [];
  const compresses = answer.headers['content-encoding'] === undefined ? way.compresses : undefined;
  const headers = withoutHeaders(answer.headers, [...answersWithout, ...(compresses ? ['content-length'] : [])]);
  if (!losesAnswer) {
    outgoing.writeHead(answer.statusCode ?? 502, { ...headers, ...(compresses && { 'content-encoding': 'gzip' }) });
    outgoing.flushHeaders();
  }
  const pass = async (chunk: Buffer) => {
    for (const slice of slicesOf(chunk, way)) {
      passed += slice.length;
      if (passed > resetAfterBytes) return void outgoing.socket?.resetAndDestroy();
      outgoing.write(slice);
      if (sliceMs !== undefined) await delay(sliceMs);
    }
  };
  for await (const chunk of compresses ? compressed(answer, compresses) : (answer as AsyncIterable<Buffer>)) {
    held.push(chunk);
    if (holds === 'everything' || losesAnswer) continue;
    if (holds === 'below 1 KiB') {
      const all = Buffer.concat(held.splice(0));
      const full = all.length - (all.length % 1024);
      await pass(all.subarray(0, full));
      held.push(all.subarray(full));
    } else for (const due of held.splice(0, held.length - (holds === 'one chunk' ? 1 : 0))) await pass(due);
  }
  if (losesAnswer) return void outgoing.destroy();
  for (const due of held) await pass(due);
  outgoing.end();
}

async function* compressed(answer: IncomingMessage, how: 'each chunk' | 'the whole'): AsyncIterable<Buffer> {
  const flush = how === 'each chunk' ? constants.Z_SYNC_FLUSH : constants.Z_NO_FLUSH;
  const gzip = createGzip({ flush });
  const done = pipeline(answer, gzip).catch(() => undefined);
  yield* gzip as AsyncIterable<Buffer>;
  await done;
}

function slicesOf(bytes: Buffer, { sliceBytes = bytes.length }: Way): readonly Buffer[] {
  const count = bytes.length === 0 ? 0 : Math.ceil(bytes.length / sliceBytes);
  return Array.from({ length: count }, (_, at) => bytes.subarray(at * sliceBytes, (at + 1) * sliceBytes));
}

function forward(
  target: string,
  { method, path, headers }: Met,
  body: Buffer,
  outgoing: ServerResponse,
  answered?: (text: string) => string,
): void {
  const own = { ...headers, 'content-length': String(body.length) };
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
