/** Sends a route's reply: JSON with `p`, compressed if that saves enough, or bytes unchanged. */
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { headerText } from '#contract/printable.ts';
import { PROTOCOL } from '#contract/version.ts';
import type { Context } from './context.ts';

const deflate = promisify(gzip);

/** A route's reply. With `taken` the route writes to the socket itself until the promise resolves; a rejection closes the connection. */
export type Reply = {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
} & (
  | {
      readonly json: object;
      readonly lists?: Readonly<Record<string, readonly string[]>>;
      /** The same object is sent repeatedly, so it is serialised and compressed once. */
      readonly isKept?: true;
    }
  | { readonly bytes: Uint8Array; readonly type: string }
  | { readonly empty: true }
  | { readonly taken: Promise<void> }
);

/** Minimum size for gzip, in bytes: below it, gzip costs more than it saves. */
const gzipBytesMin = 1024;

/** Sends a reply. `lists` are members whose items are already JSON text. */
export async function answer(context: Context, reply: Reply): Promise<void> {
  if ('taken' in reply) {
    context.respond = false;
    return;
  }
  context.status = reply.status ?? 200;
  if ('empty' in reply) context.body = null;
  context.status = reply.status ?? 200;
  if ('json' in reply) await sendText(context, reply.isKept ? keptText(reply.json) : textOf(reply));
  if ('bytes' in reply) {
    context.body = Buffer.from(reply.bytes.buffer, reply.bytes.byteOffset, reply.bytes.byteLength);
    context.type = reply.type;
  }
  for (const [name, value] of Object.entries(reply.headers ?? {})) context.set(name, headerText(value));
}

/** The text of an answer: `p`, the members of `json`, and lists of items that were serialised before. */
export function serialise(json: object, lists: Readonly<Record<string, readonly string[]>> = {}): string {
  const head = JSON.stringify({ p: PROTOCOL, ...json });
  const tail = Object.entries(lists).map(([name, items]) => `,${JSON.stringify(name)}:[${items.join(',')}]`);
  return `${head.slice(0, -1)}${tail.join('')}}`;
}

interface Text {
  readonly bytes: Buffer;
  readonly zipped: () => Promise<Buffer>;
}

const kept = new WeakMap<object, Text>();

function keptText(json: object): Text {
  const known = kept.get(json);
  if (known !== undefined) return known;
  const text = textOf({ json });
  let zipped: Promise<Buffer> | undefined;
  const made: Text = {
    bytes: text.bytes,
    zipped: () => {
      zipped ??= text.zipped();
      return zipped;
    },
  };
  kept.set(json, made);
  return made;
}

function textOf({ json, lists }: Pick<Extract<Reply, { json: object }>, 'json' | 'lists'>): Text {
  const bytes = Buffer.from(serialise(json, lists));
  return { bytes, zipped: () => deflate(bytes, { level: 5 }) };
}

async function sendText(context: Context, { bytes, zipped }: Text): Promise<void> {
  context.type = 'application/json';
  context.vary('Accept-Encoding');
  if (bytes.length < gzipBytesMin || context.acceptsEncodings('gzip', 'identity') !== 'gzip') {
    context.body = bytes;
    return;
  }
  context.body = await zipped();
  context.set('Content-Encoding', 'gzip');
}
