/** Reads one file of a project safely, even if it is replaced meanwhile: never through a link, never blocking, and never more than may leave. */
import { createHash } from 'node:crypto';
import { closeSync, constants, fstatSync, lstatSync, openSync, readlinkSync, readSync, type Stats } from 'node:fs';
import { type FileHandle, lstat, open, readdir, readlink, realpath } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { limits } from '#contract/limits.ts';
import { revOf } from './rev.ts';
import { temporaryPrefix } from './temporary.ts';

/** Tells a file from another one, or from the same at another time. */
export type Stamp = Pick<Stats, 'size' | 'mtimeMs' | 'ctimeMs' | 'ino'>;

/** What is at a path. `stamp` changes with the file. `other`: a link, a pipe, a device. `hidden`: unknown, because of missing permission or an error. */
export type Glance =
  | { readonly is: 'file'; readonly stamp: Stamp; readonly size: number }
  | { readonly is: 'folder' | 'absent' }
  | { readonly is: 'other' | 'hidden'; readonly why: string };

/** A file as it was read. */
export interface FileRead {
  readonly is: 'file';
  readonly rev: string;
  readonly size: number;
  /** Ms since 1970. */
  readonly mtime: number;
  /** As in `Glance`; undefined if the file has changed so recently that a further change might not show in it. */
  readonly stamp: Stamp | undefined;
  /** Undefined if the file is too large to leave. */
  readonly bytes: Buffer | undefined;
}

/** Within such a time two changes may have the same time: file systems count in steps of some ms, and some in whole seconds or two. */
const youngMs = { fine: 50, coarse: 2_500 };
/** How often in a row a file may be replaced between being opened and looked at. */
const triesMax = 20;
const chunkBytes = 256 * 1024;
const readOnly = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);

/** Why a hard link is not read: its other name may be outside the project. */
const secondName = 'it has a second name (a hard link)';

/** Whether the other names of a file are temporary names of our own writes, which a killed bridge may have left. */
async function isNamedByUsAlone(target: string, { ino, dev, nlink }: Stats): Promise<boolean> {
  const folder = dirname(target);
  const names = (await readdir(folder)).filter((name) => name.startsWith(temporaryPrefix));
  const own = await Promise.all(names.map((name) => lstat(join(folder, name)).catch(() => undefined)));
  return own.filter((stats) => stats?.ino === ino && stats.dev === dev).length === nlink - 1;
}

function sizeText(bytes: number): string {
  return bytes < 1024 * 1024 ? `${bytes / 1024} KiB` : `${bytes / 1024 / 1024} MiB`;
}

/** What is at a path of a project, without opening it. */
export async function glanceAt(root: string, path: string): Promise<Glance> {
  try {
    return glanceOf(await lstat(join(root, path)));
  } catch (error) {
    return absentOr(error);
  }
}

/** The same, synchronous, which takes a tenth of the time: on a local disk that answers from its cache. */
export function glanceAtOnce(root: string, path: string): Glance {
  try {
    return glanceOf(lstatSync(`${root}/${path}`));
  } catch (error) {
    return absentOr(error);
  }
}

function glanceOf(stats: Stats): Glance {
  if (stats.isFile()) return { is: 'file', stamp: stampOf(stats), size: stats.size };
  if (stats.isDirectory()) return { is: 'folder' };
  return { is: 'other', why: stats.isSymbolicLink() ? 'a symbolic link' : 'no regular file' };
}

/** The file at a path of a project, with its bytes and rev; one of more than `sizeMax` bytes is `other`. */
export async function readAt(
  root: string,
  path: string,
  sizeMax: number = limits.hashedBytesMax,
): Promise<FileRead | Glance> {
  for (let tries = 0; tries < triesMax; tries += 1) {
    const read = await readOpened(join(root, path), sizeMax);
    if (read !== 'replaced') return read;
  }
  return { is: 'hidden', why: 'it is replaced without pause' };
}

/** `replaced`: another file has taken its place since it was opened, or none; or it has lost a second name. */
async function readOpened(target: string, sizeMax: number): Promise<FileRead | Glance | 'replaced'> {
  let handle: FileHandle | undefined;
  try {
    handle = await open(target, readOnly);
    const [stats, real] = await Promise.all([handle.stat(), whereIs(handle, target)]);
    if (!stats.isFile()) return stats.isDirectory() ? { is: 'folder' } : { is: 'other', why: 'no regular file' };
    if (stats.size > sizeMax) return { is: 'other', why: `it is larger than ${sizeText(sizeMax)}` };
    if (stats.nlink > 1 && !(await isNamedByUsAlone(target, stats))) {
      // A write of ours has just taken its temporary name away: no further event may tell of this file.
      const { nlink } = await handle.stat();
      return nlink < stats.nlink ? 'replaced' : { is: 'other', why: secondName };
    }
    if (real === undefined) return 'replaced';
    if (real !== target) return { is: 'other', why: 'reached through a link' };
    return await readHandle(handle, stats);
  } catch (error) {
    return absentOr(error);
  } finally {
    // Not awaited: the file has been read.
    handle?.close().catch(() => undefined);
  }
}

/** Like `readAt`, but synchronous, which takes a tenth of the time: for one small file on a local disk of Linux. Undefined for other files, or if the file changes while it is read. */
export function readAtOnce(root: string, path: string): FileRead | undefined {
  if (process.platform !== 'linux') return undefined;
  const target = join(root, path);
  let fd: number | undefined;
  try {
    fd = openSync(target, readOnly);
    const stats = fstatSync(fd);
    if (!stats.isFile() || stats.nlink > 1 || stats.size > limits.inlineBodyBytesMax) return undefined;
    if (readlinkSync(`/proc/self/fd/${fd}`) !== target) return undefined;
    const bytes = Buffer.allocUnsafe(stats.size);
    if (readSync(fd, bytes, 0, stats.size, 0) !== stats.size) return undefined;
    return fileRead(stats, { rev: revOf(bytes), bytes, size: stats.size });
  } catch {
    return undefined;
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
}

/** The real path of an open file; undefined if it is deleted. */
async function whereIs(handle: FileHandle, target: string): Promise<string | undefined> {
  if (process.platform !== 'linux') return (await realpath(target)).normalize() === target.normalize() ? target : '';
  const real = await readlink(`/proc/self/fd/${handle.fd}`);
  return real.endsWith(' (deleted)') && real !== target ? undefined : real;
}

async function readHandle(handle: FileHandle, stats: Stats): Promise<FileRead> {
  const large = stats.size > limits.documentBodyBytesMax;
  return fileRead(stats, large ? await hashLarge(handle, stats.size) : await readSmall(handle, stats.size));
}

function fileRead(stats: Stats, { rev, bytes, size }: Pick<FileRead, 'rev' | 'bytes' | 'size'>): FileRead {
  const whole = size === stats.size;
  return {
    is: 'file',
    rev,
    size,
    mtime: Math.max(0, stats.mtimeMs),
    stamp: whole && !isYoung(stats) ? stampOf(stats) : undefined,
    bytes,
  };
}

/** A program may set the time of the content (`touch -d`, a copy), but not that of the last change. */
function isYoung({ mtimeMs, ctimeMs }: Stats): boolean {
  const now = Date.now();
  const youngest = mtimeMs % 1000 === 0 ? youngMs.coarse : youngMs.fine;
  return [mtimeMs, ctimeMs].some((at) => Math.abs(now - at) < youngest);
}

async function readSmall(handle: FileHandle, size: number) {
  const buffer = Buffer.allocUnsafe(size);
  let filled = 0;
  while (filled < size) {
    const { bytesRead } = await handle.read(buffer, filled, size - filled, filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  const bytes = buffer.subarray(0, filled);
  return { rev: revOf(bytes), bytes, size: filled };
}

async function hashLarge(handle: FileHandle, size: number) {
  const hash = createHash('sha256');
  const buffer = Buffer.allocUnsafe(chunkBytes);
  let at = 0;
  while (at < size) {
    const { bytesRead } = await handle.read(buffer, 0, Math.min(chunkBytes, size - at), at);
    if (bytesRead === 0) break;
    hash.update(buffer.subarray(0, bytesRead));
    at += bytesRead;
  }
  return { rev: hash.digest('hex'), bytes: undefined, size: at };
}

function stampOf({ size, mtimeMs, ctimeMs, ino }: Stats): Stamp {
  return { size, mtimeMs, ctimeMs, ino };
}

export function sameStamp(a: Stamp, b: Stamp): boolean {
  return a.size === b.size && a.mtimeMs === b.mtimeMs && a.ctimeMs === b.ctimeMs && a.ino === b.ino;
}

function absentOr(error: unknown): Glance {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'ENOENT' || code === 'ENOTDIR') return { is: 'absent' };
  if (code === 'ELOOP') return { is: 'other', why: 'a symbolic link' };
  if (code === 'EACCES' || code === 'EPERM') return { is: 'hidden', why: 'no permission to read it' };
  return { is: 'hidden', why: `it cannot be read (${String(code ?? error)})` };
}
