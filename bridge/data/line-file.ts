/** An append-only file of JSON lines. Acknowledged lines survive a crash, a write on a full disk leaves no partial line, and lines that cannot be parsed are moved to another file. */
import { type FileHandle, open, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { readLineFile, type Take } from './read-line-file.ts';

/** `durably`: on the disk when it resolves. `urgently`: the same, and may use the reserve on a full disk. */
export type HowToWrite = 'durably' | 'urgently' | 'lazily';

/** Allows one call at a time; the caller must wait for it. */
export interface LineFile<Line> extends AsyncDisposable {
  /** Size of the file. */
  bytes(): number;
  /** Number of lines that were moved away when it was opened. */
  readonly setAside: number;
  /** Appends. If it fails, the file is unchanged. */
  append(lines: readonly Line[], how: HowToWrite): Promise<void>;
  /** Replaces all lines by these. If it fails, the file is unchanged. */
  replace(lines: () => Iterable<Line>): Promise<void>;
}

/** The open file. */
interface OpenFile {
  readonly path: string;
  handle: FileHandle;
  size: number;
  /** A write has failed halfway, and its partial line could not be removed. */
  isTorn: boolean;
}

/** Disk space reserved for urgent lines on a full disk. */
const reserveBytes = 16 * 1024;
const chunkBytes = 64 * 1024;

/** Opens or makes the file (mode 0600) and gives each line, as JSON, to `take`, which says whether it understood it; with a reserve for urgent lines or none. The end of a line that a crash has torn is cut off. */
export async function openLineFile<Line>(path: string, take: Take, hasReserve: boolean): Promise<LineFile<Line>> {
  const { size, setAside } = await readLineFile(path, take);
  const file: OpenFile = { path, handle: await open(path, 'a', 0o600), size, isTorn: false };
  if (hasReserve) await keepReserve(file);
  return {
    bytes: () => file.size,
    setAside,
    append: async (lines, how) => {
      if (lines.length > 0) await append(file, Buffer.from(textOf(lines)), how);
    },
    replace: (lines) => replace(file, lines),
    [Symbol.asyncDispose]: () => file.handle.close(),
  };
}

async function append(file: OpenFile, bytes: Buffer, how: HowToWrite): Promise<void> {
  try {
    await write(file, bytes, how !== 'lazily');
  } catch (error) {
    if (how !== 'urgently') throw error;
    await rm(reserveOf(file), { force: true });
    await write(file, bytes, true);
    await keepReserve(file);
  }
}

async function write(file: OpenFile, bytes: Buffer, sync: boolean): Promise<void> {
  if (file.isTorn) await file.handle.truncate(file.size);
  file.isTorn = true;
  try {
    await file.handle.appendFile(bytes);
    if (sync) await file.handle.datasync();
    file.size += bytes.length;
    file.isTorn = false;
  } catch (error) {
    await file.handle.truncate(file.size).then(
      () => (file.isTorn = false),
      () => undefined,
    );
    throw error;
  }
}

async function replace(file: OpenFile, lines: () => Iterable<unknown>): Promise<void> {
  const { path, handle: old } = file;
  const fresh = await openFresh(`${path}.new`);
  try {
    const size = await writeAll(fresh, lines());
    await fresh.sync();
    await rename(`${path}.new`, path);
    Object.assign(file, { handle: fresh, size, isTorn: false });
    await old.close();
  } catch (error) {
    if (file.handle !== fresh) await fresh.close();
    await rm(`${path}.new`, { force: true });
    throw error;
  }
  await syncFolder(dirname(path));
}

function reserveOf({ path }: OpenFile): string {
  return `${path}.reserve`;
}

async function keepReserve(file: OpenFile): Promise<void> {
  await writeFile(reserveOf(file), Buffer.alloc(reserveBytes, ' '), { mode: 0o600 }).catch(() => undefined);
}

function textOf(lines: readonly unknown[]): string {
  return lines.map((line) => `${JSON.stringify(line)}\n`).join('');
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

/** Syncs the folder, so that a rename survives a power cut, if the system can open a folder. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r').catch(() => undefined);
  if (folder === undefined) return;
  await folder.sync().catch(() => undefined);
  await folder.close();
}
