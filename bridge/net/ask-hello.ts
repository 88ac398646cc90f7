/** Calls `hello` on a new socket before undici uses it: one request, one answer, and the socket stays open for further requests. */
import type { Socket } from 'node:net';
import type { HelloAnswer } from '#contract/bridge.ts';
import { pathOf } from '#contract/paths.ts';
import { VERSION } from '#contract/version.ts';
import { parseAnswer } from './answer.ts';
import { type Breakage, Interruption } from './interruption.ts';
import type { RelayProof } from './relay-proof.ts';

/** The whole answer: `hello` is a few hundred bytes. */
const bytesMax = 16 * 1024;

/** Has the relay prove itself on a fresh connection. Throws an Interruption, or a Problem that the relay gave. */
export async function askForProof(socket: Socket, where: string, proof: RelayProof, ms: number): Promise<void> {
  const nonce = proof.nonce();
  // HTTP/1.0 has no chunked encoding: the answer has a length, or ends with its connection.
  const lines = [
    `GET ${pathOf('hello', {}, { nonce })} HTTP/1.0`,
    `host: ${where}`,
    'connection: keep-alive',
    'accept: application/json',
    `user-agent: sallyport/${VERSION}`,
  ];
  socket.write(`${lines.join('\r\n')}\r\n\r\n`);
  const { status, headers, text } = await readOne(socket, where, ms);
  proof.check(nonce, parseAnswer('hello', { statusCode: status, headers }, text, where) as HelloAnswer, where);
}

interface Answered {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly text: string;
}

/** Reads exactly one answer. */
function readOne(socket: Socket, where: string, ms: number): Promise<Answered> {
  const { promise, resolve, reject } = Promise.withResolvers<Answered>();
  let bytes = Buffer.alloc(0);
  const fail = (what: string, breakage: Breakage = 'cut') =>
    reject(new Interruption(`${where} ${what} when it was asked who it is.`, { breakage }));
  const timer = setTimeout(() => fail('was silent', 'timeout'), ms);
  const onReadable = () => {
    for (let chunk = socket.read(); chunk !== null; chunk = socket.read()) bytes = Buffer.concat([bytes, chunk]);
    const answered = parseOne(bytes);
    if (answered !== undefined) resolve(answered);
    else if (bytes.length > bytesMax) fail('answered at great length');
  };
  const onEnd = () => {
    const answered = parseOne(bytes, true);
    if (answered === undefined) fail('closed the connection');
    // An answer that is not the relay's is reported by its content, not by how the connection ended.
    else resolve(answered);
  };
  socket.on('readable', onReadable).once('end', onEnd).once('error', reject);
  return promise.finally(() => {
    clearTimeout(timer);
    socket.off('readable', onReadable).off('end', onEnd).off('error', reject);
  });
}

/** The answer, once all of its bytes have arrived. An answer without a length ends with its connection. */
function parseOne(bytes: Buffer, hasEnded = false): Answered | undefined {
  const end = bytes.indexOf('\r\n\r\n');
  if (end < 0) return undefined;
  const [first = '', ...fields] = bytes.toString('latin1', 0, end).split('\r\n');
  const status = Number(/^HTTP\/1\.[01] (\d{3})\b/.exec(first)?.[1] ?? 0);
  const headers = Object.fromEntries(
    fields.map((field) => {
      const colon = field.indexOf(':');
      return [field.slice(0, colon).toLowerCase(), field.slice(colon + 1).trim()];
    }),
  );
  const body = bytes.subarray(end + 4);
  const length = headers['content-length'] === undefined ? undefined : Number(headers['content-length']);
  if (length === undefined ? !hasEnded : body.length < length) return undefined;
  return { status, headers, text: body.toString('utf8', 0, length) };
}
