/** Reads request bodies: checks media type, encoding and size, and parses them. */
import type { IncomingMessage } from 'node:http';
import { promisify } from 'node:util';
import { gunzip, gunzipSync } from 'node:zlib';
import * as v from 'valibot';
import { limits } from '#contract/limits.ts';
import { Problem } from '#contract/problems.ts';
import type { Route } from '#contract/routes.ts';
import { holds } from '#contract/scopes.ts';
import type { Caller } from '../identity/caller.ts';
import type { BodyShare } from './body-budget.ts';
import { parseSchema } from './schema.ts';
import { parseStrictJson, parseUtf8 } from './strict-json.ts';

const inflate = promisify(gunzip);
/** Smaller bodies are decompressed on the main thread: another thread would cost more than the work, and most saves are small. */
const inflateHereBytesMax = 64 * 1024;

const emptyObject = Buffer.from('{}');

/** A parsed body. `raw` is the whole body; for ingest, the second line. */
export interface ParsedBody {
  readonly body: unknown;
  readonly raw: Buffer;
}

/** Bytes that a caller may send. For commands, only callers who may write can send a long text. */
function bodyBytesMax(route: Route, caller: Caller | undefined): number {
  const mayWrite = caller?.kind === 'person' && holds(caller.scope, 'write');
  if (route.access === 'command' && !mayWrite) return limits.requestBytesMax;
  return route.bodyBytesMax ?? limits.requestBytesMax;
}

/** Reads and parses a body as its route declares it, with as many bytes as its caller may send, counting them in `share`; throws `media-type-unsupported`, `body-too-large`, `too-many-bytes`, `json-invalid` or `body-invalid`. */
export async function parseBody(
  request: IncomingMessage,
  route: Route,
  caller: Caller | undefined,
  share: BodyShare,
): Promise<ParsedBody> {
  if (!hasBody(request) && route.body === undefined) return { body: undefined, raw: Buffer.alloc(0) };
  // Many clients send none with DELETE, and proxies may drop it (RFC 9110, 9.3.5).
  if (!hasBody(request) && route.method === 'DELETE')
    return { body: parseObject(route.body, emptyObject), raw: Buffer.alloc(0) };
  checkMediaType(request, route.media ?? 'application/json');
  const raw = await readInTime(request, bodyBytesMax(route, caller), caller, share);
  if (route.media === 'application/octet-stream') return { body: undefined, raw };
  if (route.media === 'application/x-ndjson') return parseTwoLines(raw, route.body);
  if (route.media === 'application/x-www-form-urlencoded') return { body: parseForm(route.body, raw), raw };
  return { body: parseObject(route.body, raw), raw };
}

/** Checks for an object: schemas without required fields would also accept arrays. */
function parseObject(schema: Route['body'], text: Uint8Array): unknown {
  const value = parseStrictJson(parseUtf8(text));
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new Problem('body-invalid', 'The body is not an object.', { pointer: '' });
  }
  return parseSchema(schema ?? v.strictObject({}), value, 'body-invalid');
}

/** Refuses repeated fields. `error` is for OAuth clients. */
function parseForm(schema: Route['body'], text: Uint8Array): unknown {
  try {
    const fields = [...new URLSearchParams(parseUtf8(text))];
    const seen = new Set<string>();
    const twice = fields.find(([name]) => seen.size === seen.add(name).size)?.[0];
    if (twice !== undefined) throw new Problem('body-invalid', `"${twice}" is given twice.`, { pointer: `/${twice}` });
    return parseSchema(schema ?? v.strictObject({}), Object.fromEntries(fields), 'body-invalid');
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    throw new Problem('body-invalid', error.message, { ...error.extra, error: 'invalid_request' }, error);
  }
}

function hasBody(request: IncomingMessage): boolean {
  const { 'content-length': length, 'transfer-encoding': chunked } = request.headers;
  return chunked !== undefined || (length !== undefined && length !== '0');
}

/** Also refuses charsets except UTF-8, because the bytes are read as UTF-8 in any case. */
function checkMediaType(request: IncomingMessage, wanted: string): void {
  const [type = '', ...parameters] = (request.headers['content-type'] ?? '')
    .split(';')
    .map((part) => part.trim().toLowerCase());
  const charset = parameters.find((parameter) => parameter.startsWith('charset='));
  if (type !== wanted || (charset !== undefined && !/^charset="?utf-?8"?$/.test(charset))) {
    const hint = `Send \`Content-Type: ${wanted}\`, uncompressed or gzip.`;
    throw new Problem('media-type-unsupported', type === '' ? 'There is no Content-Type.' : `It is ${type}.`, { hint });
  }
}

/** Strangers must send their small bodies quickly. Slow ones are cut off, which frees their share. */
async function readInTime(request: IncomingMessage, limit: number, caller: Caller | undefined, share: BodyShare) {
  if (caller !== undefined) return await readBody(request, limit, share);
  const timer = setTimeout(() => request.destroy(), limits.strangerBodyMsMax);
  return await readBody(request, limit, share).finally(() => clearTimeout(timer));
}

async function readBody(request: IncomingMessage, limit: number, share: BodyShare): Promise<Buffer> {
  const encoding = (request.headers['content-encoding'] ?? 'identity').trim().toLowerCase();
  if (encoding !== 'identity' && encoding !== 'gzip') {
    throw new Problem('media-type-unsupported', `Content-Encoding ${encoding} is not taken.`);
  }
  const bytes = await readBytes(request, limit, share);
  if (encoding !== 'gzip') return bytes;
  const unzipped = await unzip(bytes, limit);
  share.take(unzipped.length);
  return unzipped;
}

/** Reads and drops the rest of a refused body, so that the client still gets the answer. */
async function readBytes(request: IncomingMessage, limit: number, share: BodyShare): Promise<Buffer> {
  if (Number(request.headers['content-length'] ?? 0) > limit) throw new Problem('body-too-large', undefined, { limit });
  const pieces: Buffer[] = [];
  let length = 0;
  try {
    for await (const piece of request.iterator({ destroyOnReturn: false })) {
      length += piece.length;
      if (length > limit) throw new Problem('body-too-large', undefined, { limit });
      share.take(piece.length);
      pieces.push(piece);
    }
  } catch (error) {
    request.resume();
    throw error;
  }
  return Buffer.concat(pieces, length);
}

async function unzip(bytes: Buffer, limit: number): Promise<Buffer> {
  try {
    const options = { maxOutputLength: limit };
    return bytes.length <= inflateHereBytesMax ? gunzipSync(bytes, options) : await inflate(bytes, options);
  } catch (cause) {
    if (cause instanceof RangeError) throw new Problem('body-too-large', undefined, { limit }, cause);
    throw new Problem('digest-mismatch', 'The body is not valid gzip.', {}, cause);
  }
}

/** The envelope, and the bytes of the second line without its end. */
function parseTwoLines(raw: Buffer, envelope: Route['body']): ParsedBody {
  const newline = raw.indexOf(0x0a);
  if (newline === -1) throw new Problem('body-invalid', 'The body has two lines: the envelope and the ops.');
  const body = parseObject(envelope, raw.subarray(0, newline));
  const rest = raw.subarray(newline + 1);
  const second = rest.at(-1) === 0x0a ? rest.subarray(0, -1) : rest;
  if (second.includes(0x0a)) throw new Problem('body-invalid', 'The body has more than two lines.');
  return { body, raw: second };
}
