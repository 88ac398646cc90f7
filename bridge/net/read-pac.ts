/** Reads a PAC file from an address or the disk, again when it has changed. */
import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { Agent, type Dispatcher } from 'undici';
import { literalPart, shownAddress } from '#contract/address-parts.ts';
import { limits } from '#contract/limits.ts';
import { targetOf } from './target.ts';

export interface PacText {
  readonly text: string;
  /** Tells one version from another: an ETag, a date, the time and size of a file. */
  readonly version: string | undefined;
}

/** The place of a PAC file for people: an address without name, password and query, or a path as it is. */
export function shownPac(where: string): string {
  return isAddress(where) ? shownAddress(where) : where;
}

function isAddress(where: string): boolean {
  return /^https?:/i.test(where);
}

/** The file now; `known` itself if it has not changed. Addresses are read without a proxy. Throws an Error that says why it cannot be read. */
export async function readPac(where: string, known: PacText | undefined): Promise<PacText> {
  return isAddress(where) ? await fetchPac(where, known) : await openPac(where, known);
}

/** A pipe without a writer is opened too, and told apart afterwards. */
const withoutWaiting = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);

async function openPac(where: string, known: PacText | undefined): Promise<PacText> {
  await using file = await open(/^file:/i.test(where) ? fileURLToPath(where) : where, withoutWaiting);
  const stats = await file.stat();
  if (!stats.isFile()) throw new Error('it is a folder, a pipe or a device, and no regular file');
  if (stats.size > limits.pacBytesMax) throw tooLong();
  const version = `${stats.mtimeMs} ${stats.size}`;
  return known?.version === version ? known : { text: await readAll(file), version };
}

/** A file may be longer than its size says: it grows, or belongs to `/proc`. */
async function readAll(file: FileHandle): Promise<string> {
  const bytes = Buffer.alloc(limits.pacBytesMax + 1);
  let size = 0;
  for (let read = -1; read !== 0 && size < bytes.length; size += read)
    read = (await file.read(bytes, size, bytes.length - size)).bytesRead;
  if (size > limits.pacBytesMax) throw tooLong();
  return bytes.toString('utf8', 0, size);
}

async function fetchPac(where: string, known: PacText | undefined): Promise<PacText> {
  const dispatcher = new Agent({ allowH2: false });
  try {
    const signal = AbortSignal.timeout(limits.connectMs);
    const headers = { ...signIn(where), ...(known?.version !== undefined && { 'if-none-match': known.version }) };
    return await textOf(
      await dispatcher.request({ ...targetOf(new URL(where)), method: 'GET', headers, signal }),
      known,
    );
  } finally {
    void dispatcher.destroy().catch(() => undefined);
  }
}

/** Name and password of the address, which undici leaves out. */
function signIn(where: string): { readonly authorization?: string } {
  const { username, password } = new URL(where);
  if (username === '' && password === '') return {};
  const pair = Buffer.from(`${literalPart(username)}:${literalPart(password)}`, 'utf8');
  return { authorization: `Basic ${pair.toString('base64')}` };
}

async function textOf({ statusCode, headers, body }: Dispatcher.ResponseData, known: PacText | undefined) {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > limits.pacBytesMax) throw tooLong();
    chunks.push(chunk);
  }
  if (statusCode === 304 && known !== undefined) return known;
  if (statusCode !== 200) throw new Error(`the server answered ${statusCode}`);
  const text = Buffer.concat(chunks).toString('utf8');
  // A sign-in page is no PAC file, and would be a riddle as an error of syntax.
  if (/^\s*</.test(text)) throw new Error('it is a web page (a sign-in page?)');
  return { text, version: typeof headers.etag === 'string' ? headers.etag : undefined };
}

function tooLong(): Error {
  return new Error(`it is longer than ${limits.pacBytesMax} bytes`);
}
