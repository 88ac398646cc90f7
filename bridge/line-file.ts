/** A file of JSON lines that is appended to: what was promised outlives a crash, a write that finds no room leaves no half line behind, and a line that cannot be understood is set aside in a file of its own. */
import { type FileHandle, open, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { limits } from '#contract/limits.ts';

/** One call at a time: whoever writes waits. */
export interface LineFile<Line> extends AsyncDisposable {
  /** Size of the file. */
  bytes(): number;
  /** How many lines were set aside when it was opened. */
  readonly setAside: number;
  /** Appends. `durably`: on the disk when it resolves. `urgently`: that, and with the reserve where the disk is full. Where it fails, the file is as it was. */
  append(lines: readonly Line[], how: 'durably' | 'urgently' | 'lazily'): Promise<void>;
  /** Puts these lines in place of all that is there; where that fails, everything stays. */
  replace(lines: () => Iterable<Line>): Promise<void>;
}

/** Room that is kept for the urgent lines of a full disk. */
const reserveBytes = 16 * 1024;
const chunkBytes = 64 * 1024;

/** Opens or makes the file (mode 0600) and gives each line, as JSON, to `take`, which says whether it understood it; with a reserve for urgent lines or none. The end of a line that a crash has torn is cut off. */
export async function openLineFile<Line>(
  path: string,
  take: (value: unknown, bytes: number) => boolean,
  hasReserve: boolean,
): Promise<LineFile<Line>> {
  let handle = await openReadable(path);
  const damaged: Range[] = [];
  let size = 0;
  for await (const line of readLines(handle)) {
    size = line.to;
    if (!understands(take, line)) damaged.push(line);
  }
  await handle.truncate(size);
  if (damaged.length > 0) await copyAside(handle, damaged, `${path}.damaged`).catch(() => undefined);
  await handle.close();
  handle = await open(path, 'a', 0o600);
  const reserve = `${path}.reserve`;
  const keepReserve = () => writeFile(reserve, Buffer.alloc(reserveBytes, ' '), { mode: 0o600 }).catch(() => undefined);
  if (hasReserve) await keepReserve();

  let isTorn = false;
  const write = async (bytes: Buffer, sync: boolean) => {
    if (isTorn) await handle.truncate(size);
    isTorn = true;
    try {
      await handle.appendFile(bytes);
      if (sync) await handle.datasync();
      size += bytes.length;
      isTorn = false;
    } catch (error) {
      await handle.truncate(size).then(
        () => (isTorn = false),
        () => undefined,
      );
      throw error;
    }
  };
  const append = async (lines: readonly Line[], how: 'durably' | 'urgently' | 'lazily') => {
    const bytes = Buffer.from(textOf(lines));
    try {
      await write(bytes, how !== 'lazily');
    } catch (error) {
      if (how !== 'urgently') throw error;
      await rm(reserve, { force: true });
      await write(bytes, true);
      await keepReserve();
    }
  };
  const replace = async (lines: () => Iterable<Line>) => {
    const fresh = await openFresh(`${path}.new`);
    try {
      const written = await writeAll(fresh, lines());
      await fresh.sync();
      await rename(`${path}.new`, path);
      const old = handle;
      handle = fresh;
      size = written;
      isTorn = false;
      await old.close();
    } catch (error) {
      if (handle !== fresh) await fresh.close();
      await rm(`${path}.new`, { force: true });
      throw error;
    }
    await syncFolder(dirname(path));
  };

  return {
    bytes: () => size,
    setAside: damaged.length,
    append: async (lines, how) => {
      if (lines.length > 0) await append(lines, how);
    },
    replace,
    [Symbol.asyncDispose]: () => handle.close(),
  };
}

function textOf(lines: readonly unknown[]): string {
  return lines.map((line) => `${JSON.stringify(line)}\n`).join('');
}

/** What cannot be opened as a file stands aside under another name. */
async function openReadable(path: string): Promise<FileHandle> {
  const flags = 'a+';
  try {
    const handle = await open(path, flags, 0o600);
    if ((await handle.stat()).isFile()) return handle;
    await handle.close();
  } catch (error) {
    const found = await stat(path).catch(() => undefined);
    if (found === undefined) throw error;
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

function understands(
  take: (value: unknown, bytes: number) => boolean,
  { bytes }: { readonly bytes?: Buffer },
): boolean {
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

async function openFresh(path: string): Promise<FileHandle> {
  await rm(path, { force: true });
  return await open(path, 'ax', 0o600);
}

/** Writes lines some at a time; resolves to their bytes. */
async function writeAll(handle: FileHandle, lines: Iterable<unknown>): Promise<number> {
  let written = 0;
  let some: string[] = [];
  let length = 0;
  const flush = async () => {
    const bytes = Buffer.from(some.join(''));
    await handle.appendFile(bytes);
    written += bytes.length;
    some = [];
    length = 0;
  };
  for (const line of lines) {
    const text = textOf([line]);
    some.push(text);
    length += text.length;
    if (length > chunkBytes) await flush();
  }
  await flush();
  return written;
}

/** Makes a rename last through a power cut, where the system lets a folder be opened. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r').catch(() => undefined);
  if (folder === undefined) return;
  await folder.sync().catch(() => undefined);
  await folder.close();
}
