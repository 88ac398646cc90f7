/** Replaces or removes a file completely or not at all, and only if it still has the rev that the sender saw. This is the only code of the bridge that changes a project's files; `move.ts` moves folders. */
import { constants, type Stats } from 'node:fs';
import { link, lstat, open, readdir, rename, rm } from 'node:fs/promises';
import { Problem } from '#contract/problems.ts';
import { codeOf, fileFailed, type GuardedFolder, knowsNoLinks, openGuardedFolder, splitPath } from './guard.ts';
import { readPlain } from './read-plain.ts';
import { revOf } from './rev.ts';
import { forgetLock, lockTarget, unlockTarget } from './target-lock.ts';
import { temporaryPrefix } from './temporary.ts';

export interface Replacement {
  /** Id of the command. The temporary files carry it, so that the bridge finds them after a restart. */
  readonly id: string;
  /** Absolute real path of the project. */
  readonly root: string;
  /** Path of the file in the project. */
  readonly path: string;
  /** Rev that the file must have; `null`: there must be none. */
  readonly before: string | null;
  readonly bytes: Uint8Array;
  /** Awaited when everything is prepared and nothing has changed yet. If it throws, nothing changes. */
  readonly ready: () => Promise<void>;
}

/**
 * Replaces or creates a file. The bytes are on the disk when it resolves. Nobody ever sees a half-written file,
 * and no temporary file remains. Throws Problem `conflict` with `currentRev`, `path-refused`, `file-failed`.
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

/** Removes a file that still has the rev that the sender saw. Throws Problem `conflict` with `currentRev`, `path-refused`, `file-failed`. */
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
    if ((await revAt(old)) !== before) {
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

/** No write takes this long: older files were left by a killed bridge. */
const leftoverAgeMs = 10 * 60_000;

const temporaryOf = (folder: GuardedFolder, id: string) => ({
  fresh: folder.at(`${temporaryPrefix}${id}.new`),
  old: folder.at(`${temporaryPrefix}${id}.old`),
});

/**
 * Cleans up what a killed bridge had begun for a command: puts back a file that someone had saved just
 * before the rename, and removes the temporary files. Returns the rev of the file that it put back.
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
  // This is the only copy of what someone saved. It stays if another version was saved since.
  const isRemoved = before === null && there === undefined;
  if (there !== after && !isRemoved) return undefined;
  await rename(old, folder.at(name));
  await folder.sync();
  return kept;
}

/** Removes what a killed bridge had prepared for a command, and its lock. An old file under its second name stays: `settleReplacement` knows what it is. */
export async function clearTemporary({ id, root, path }: Pick<Replacement, 'id' | 'root' | 'path'>): Promise<void> {
  const { folder: parts, name } = splitPath(path);
  await using folder = await openGuardedFolder(root, parts);
  await rm(temporaryOf(folder, id).fresh, { force: true });
  await forgetLock(folder, name, id);
}

/** Undefined where no regular file is there. */
const revAt = (path: string): Promise<string | undefined> => readPlain(path).then(revOf, () => undefined);

/** Removes what killed bridges left beside a file: a second name of it, and old half-written files. Any other `.old` may be the only copy of a save. */
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

/** The regular file of that name, or undefined. A hard link is refused: a write would also change the file under its other name. */
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

/** Creating a hard link fails if the name exists, so nothing is ever overwritten. */
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

/** Editors ignore locks. So the old file gets a second name, and is put back if someone saved it in between. */
async function swap(folder: GuardedFolder, { fresh, old, name, before }: Swap): Promise<void> {
  const target = folder.at(name);
  // A file that is replaced while it is linked has no name left, and the system calls it absent.
  const orGone = async (error: unknown): Promise<never> => {
    throw codeOf(error) === 'ENOENT' ? await conflictAt(folder, name) : error;
  };
  if (revOf(await readPlain(target).catch(orGone)) !== before) throw await conflictAt(folder, name);
  const linked = await link(target, old).then(
    () => true,
    // Without links, use what was read a moment ago.
    (error: unknown) => (knowsNoLinks(error) ? false : orGone(error)),
  );
  await rename(fresh, target);
  if (!linked || (await revAt(old)) === before) return;
  await rename(old, target);
  throw await conflictAt(folder, name);
}

async function conflictAt(folder: GuardedFolder, name: string): Promise<Problem> {
  const currentRev = await revAt(folder.at(name));
  return new Problem('conflict', undefined, currentRev === undefined ? {} : { currentRev });
}
