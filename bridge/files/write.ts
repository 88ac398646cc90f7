/** Replacing or removing a file as a whole or not at all, and only if it still is what somebody saw: the one place of the bridge that changes a project's files. Folders move in `move.ts`. */
import { constants, type Stats } from 'node:fs';
import { link, lstat, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { Problem } from '#contract/problems.ts';
import { revOf } from '../watch/read.ts';
import { codeOf, fileFailed, type GuardedFolder, knowsNoLinks, openGuardedFolder, splitPath } from './guard.ts';
import { lockTarget, unlockTarget } from './target-lock.ts';
import { temporaryPrefix } from './temporary.ts';

export interface Replacement {
  /** Id of the command: names the temporary files, so that a next life of the bridge finds them. */
  readonly id: string;
  /** Absolute real path of the project. */
  readonly root: string;
  /** Path of the file in the project. */
  readonly path: string;
  /** Rev that the file must have; `null`: there must be none. */
  readonly before: string | null;
  readonly bytes: Uint8Array;
  /** Awaited when everything is ready and nothing is changed yet; what it throws leaves everything as it was. */
  readonly ready: () => Promise<void>;
}

/**
 * Replaces a file, or makes it. The bytes are on the disk when it resolves; at no moment is anything half-written visible,
 * and no temporary file stays. Throws Problem `conflict` with `currentRev`, `path-refused`, `file-failed`.
 */
export async function replaceFile({ id, root, path, before, bytes, ready }: Replacement): Promise<void> {
  const { folder: parts, name } = splitPath(path);
  await using folder = await openGuardedFolder(root, parts, before === null);
  await using _lock = await lockTarget(folder, name, id);
  await clearLeftovers(folder, name);
  const stats = await lookAt(folder, name);
  if ((stats === undefined) !== (before === null)) throw await conflictAt(folder, name);
  const { fresh, old } = temporaryOf(folder, id);
  try {
    await rm(fresh, { force: true });
    await writeWhole(fresh, bytes, stats);
    await ready();
    if (before === null) await placeNew(folder, fresh, name);
    else await swap(folder, { fresh, old, name, before });
    await folder.sync();
  } catch (error) {
    throw error instanceof Problem ? error : fileFailed(error);
  } finally {
    await rm(fresh, { force: true });
    await rm(old, { force: true });
  }
}

/** Removes a file that is what somebody saw. Throws Problem `conflict` with `currentRev`, `path-refused`, `file-failed`. */
export async function removeFile({
  id,
  root,
  path,
  before,
}: Pick<Replacement, 'id' | 'root' | 'path'> & { readonly before: string }): Promise<void> {
  const { folder: parts, name } = splitPath(path);
  await using folder = await openGuardedFolder(root, parts);
  await using _held = await lockTarget(folder, name, id);
  if ((await lookAt(folder, name)) === undefined) throw await conflictAt(folder, name);
  const { old } = temporaryOf(folder, id);
  try {
    await rename(folder.at(name), old);
    if (revOf(await readFile(old)) !== before) {
      await placeNew(folder, old, name);
      await rm(old, { force: true });
      throw await conflictAt(folder, name);
    }
    await rm(old, { force: true });
    await folder.sync();
  } catch (error) {
    throw error instanceof Problem ? error : fileFailed(error);
  }
}

/** No write takes as long: what is older was left by a bridge that was killed. */
const leftoverAgeMs = 10 * 60_000;

const temporaryOf = (folder: GuardedFolder, id: string) => ({
  fresh: folder.at(`${temporaryPrefix}${id}.new`),
  old: folder.at(`${temporaryPrefix}${id}.old`),
});

/**
 * Ends what a killed bridge had begun for a command, as far as the disk shows it: puts back what somebody had saved just
 * before the rename, and clears the temporary files away. Gives the rev of what it put back.
 */
export async function settleReplacement({
  id,
  root,
  path,
  before,
  after,
}: Pick<Replacement, 'id' | 'root' | 'path' | 'before'> & { readonly after: string }): Promise<string | undefined> {
  const { folder: parts, name } = splitPath(path);
  await using folder = await openGuardedFolder(root, parts);
  const { fresh, old } = temporaryOf(folder, id);
  await rm(fresh, { force: true });
  await unlockTarget(folder, name, id);
  const [kept, there] = await Promise.all([revAt(old), revAt(folder.at(name))]);
  if (kept === undefined) return undefined;
  if (kept === before || kept === there || kept === after) {
    await rm(old, { force: true });
    return undefined;
  }
  // Somebody's save, of which this is the only copy: it stays where something else was saved since.
  const isRemoved = before === null && there === undefined;
  if (there !== after && !isRemoved) return undefined;
  await rename(old, folder.at(name));
  await folder.sync();
  return kept;
}

const revAt = (path: string): Promise<string | undefined> => readFile(path).then(revOf, () => undefined);

/** Removes what killed bridges left beside a file: a second name of it, and half-written files of long ago. Any other `.old` may be somebody's only copy. */
async function clearLeftovers(folder: GuardedFolder, name: string): Promise<void> {
  const target = await statsOf(folder.at(name));
  for (const entry of await readdir(folder.at('.'))) {
    if (!entry.startsWith(temporaryPrefix)) continue;
    const stats = await statsOf(folder.at(entry));
    if (stats === undefined) continue;
    const same = target !== undefined && stats.ino === target.ino && stats.dev === target.dev;
    const forgotten = /\.(new|lock|claim|stale)$/.test(entry) && Date.now() - stats.mtimeMs > leftoverAgeMs;
    if (same || forgotten) await rm(folder.at(entry), { force: true });
  }
}

const statsOf = (path: string): Promise<Stats | undefined> => lstat(path).catch(() => undefined);

/** The regular file of that name, or undefined. A second name elsewhere (hard link) would be written through, so it is refused. */
async function lookAt(folder: GuardedFolder, name: string): Promise<Stats | undefined> {
  const stats = await lstat(folder.at(name)).catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw fileFailed(error);
  });
  if (stats === undefined) return undefined;
  if (!stats.isFile()) throw new Problem('path-refused', `"${name}" is a link or no regular file.`);
  if (stats.nlink > 1) throw new Problem('path-refused', `"${name}" has a second name elsewhere (a hard link).`);
  return stats;
}

async function writeWhole(path: string, bytes: Uint8Array, like: Stats | undefined): Promise<void> {
  const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | (constants.O_NOFOLLOW ?? 0);
  const handle = await open(path, flags, 0o666);
  try {
    await handle.writeFile(bytes);
    if (like !== undefined) await handle.chmod(like.mode & 0o7777);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** A hard link fails where a name is taken: nothing is ever written over. */
async function placeNew(folder: GuardedFolder, fresh: string, name: string): Promise<void> {
  await link(fresh, folder.at(name)).catch(async (error: unknown) => {
    throw codeOf(error) === 'EEXIST' ? await conflictAt(folder, name) : error;
  });
}

interface Swap {
  readonly fresh: string;
  readonly old: string;
  readonly name: string;
  readonly before: string;
}

/** Editors know no lock: the old file keeps a second name, and if it turns out that somebody had saved in between, it is put back. */
async function swap(folder: GuardedFolder, { fresh, old, name, before }: Swap): Promise<void> {
  const target = folder.at(name);
  if (revOf(await readFile(target)) !== before) throw await conflictAt(folder, name);
  const linked = await link(target, old).then(
    () => true,
    (error: unknown) => {
      // What was read a moment ago has to do.
      if (knowsNoLinks(error)) return false;
      throw error;
    },
  );
  await rename(fresh, target);
  if (!linked || revOf(await readFile(old)) === before) return;
  await rename(old, target);
  throw await conflictAt(folder, name);
}

async function conflictAt(folder: GuardedFolder, name: string): Promise<Problem> {
  const bytes = await readFile(folder.at(name)).catch(() => undefined);
  return new Problem('conflict', undefined, bytes === undefined ? {} : { currentRev: revOf(bytes) });
}
