/** Reading a file of JSON lines when it is opened: each whole line is given away, what cannot be understood is set aside, and the end that a crash has torn is cut off. */
import { type FileHandle, open, rename, stat } from 'node:fs/promises';
import { limits } from '#contract/limits.ts';

/** Says whether it understood a line. */
export type Take = (value: unknown, bytes: number) => boolean;

const chunkBytes = 64 * 1024;

/** Gives each line of the file at `path` to `take`; what it did not understand is kept in `<path>.damaged`. Makes the file (mode 0600) where it is missing. */
export async function readLineFile(
  path: string,
  take: Take,
): Promise<{ readonly size: number; readonly setAside: number }> {
  const handle = await openReadable(path);
  try {
    const damaged: Range[] = [];
    let size = 0;
    for await (const line of readLines(handle)) {
      size = line.to;
      if (!understands(take, line)) damaged.push(line);
    }
    await handle.truncate(size);
    if (damaged.length > 0) await copyAside(handle, damaged, `${path}.damaged`).catch(() => undefined);
    return { size, setAside: damaged.length };
  } finally {
    await handle.close();
  }
}

/** What is no file stands aside under another name. A file that this user may not open is not given up: what it remembers must not happen twice. */
async function openReadable(path: string): Promise<FileHandle> {
  const flags = 'a+';
  try {
    const handle = await open(path, flags, 0o600);
    if ((await handle.stat()).isFile()) return handle;
    await handle.close();
  } catch (error) {
    const found = await stat(path).catch(() => undefined);
    if (found === undefined || found.isFile()) throw error;
  }
  await rename(path, `${path}.damaged-${Date.now()}`);
  return await open(path, flags, 0o600);
}

/** A line's place in the file, the line feed included. */
interface Range {
  readonly from: number;
  readonly to: number;
}

/** The whole lines of a file; of one that is longer than any of ours only where it is. */
async function* readLines(handle: FileHandle): AsyncGenerator<Range & { readonly bytes?: Buffer }> {
  const chunk = Buffer.allocUnsafe(chunkBytes);
  let parts: Buffer[] = [];
  let from = 0;
  for (let position = 0; ; ) {
    const { bytesRead } = await handle.read(chunk, 0, chunk.length, position);
    if (bytesRead === 0) return;
    let start = 0;
    for (;;) {
      const end = chunk.subarray(0, bytesRead).indexOf(0x0a, start);
      if (end < 0) break;
      const to = position + end + 1;
      const isOurs = to - from <= limits.journalLineBytesMax;
      yield isOurs ? { from, to, bytes: Buffer.concat([...parts, chunk.subarray(start, end)]) } : { from, to };
      parts = [];
      from = to;
      start = end + 1;
    }
    position += bytesRead;
    if (position - from > limits.journalLineBytesMax) parts = [];
    else parts.push(Buffer.from(chunk.subarray(start, bytesRead)));
  }
}

function understands(take: Take, { bytes }: { readonly bytes?: Buffer }): boolean {
  if (bytes === undefined) return false;
  if (bytes.length === 0) return true;
  try {
    return take(JSON.parse(bytes.toString('utf8')), bytes.length);
  } catch {
    return false;
  }
}

/** Keeps what could not be read, for whoever wants to look; not without end. */
async function copyAside(handle: FileHandle, ranges: readonly Range[], path: string): Promise<void> {
  const before = await stat(path).catch(() => undefined);
  const aside = await open(path, (before?.size ?? 0) > limits.journalAsideBytesMax ? 'w' : 'a', 0o600);
  try {
    const chunk = Buffer.allocUnsafe(chunkBytes);
    let left: number = limits.journalAsideBytesMax;
    for (const { from, to } of ranges)
      for (let at = from; at < to && left > 0; ) {
        const { bytesRead } = await handle.read(chunk, 0, Math.min(chunk.length, to - at, left), at);
        if (bytesRead === 0) break;
        await aside.appendFile(chunk.subarray(0, bytesRead));
        at += bytesRead;
        left -= bytesRead;
      }
  } finally {
    await aside.close();
  }
}
