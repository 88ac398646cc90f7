/** Reads a PAC file from an address or the disk, again when it has changed. */
import { readFile, stat } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { Agent, type Dispatcher, request } from 'undici';
import { limits } from '#contract/limits.ts';

export interface PacText {
  readonly text: string;
  /** Tells one version from another: an ETag, a date, the time and size of a file. */
  readonly version: string | undefined;
}

/** The file now; `known` itself if it has not changed. Addresses are read without a proxy. Throws an Error that says why it cannot be read. */
export async function readPac(where: string, known: PacText | undefined): Promise<PacText> {
  return /^https?:/i.test(where) ? await fetchPac(where, known) : await openPac(where, known);
}

async function openPac(where: string, known: PacText | undefined): Promise<PacText> {
  const path = /^file:/i.test(where) ? fileURLToPath(where) : where;
  const { mtimeMs, size } = await stat(path);
  if (size > limits.pacBytesMax) throw tooLong();
  const version = `${mtimeMs} ${size}`;
  return known?.version === version ? known : { text: await readFile(path, 'utf8'), version };
}

async function fetchPac(where: string, known: PacText | undefined): Promise<PacText> {
  const dispatcher = new Agent({ allowH2: false });
  try {
    const signal = AbortSignal.timeout(limits.connectMs);
    const headers = known?.version === undefined ? {} : { 'if-none-match': known.version };
    return await textOf(await request(where, { dispatcher, headers, signal }), known);
  } finally {
    void dispatcher.destroy().catch(() => undefined);
  }
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
