/** A lock file beside each target file, for bridges of several machines that share a folder. Editors ignore it. On a file system whose clients cache folders (NFS without `noac`), two machines may both believe that they hold it. */
import { createHash } from 'node:crypto';
import { link, lstat, rename, rm, writeFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { limits } from '#contract/limits.ts';
import { Problem } from '#contract/problems.ts';
import { codeOf, fileFailed, type GuardedFolder, knowsNoLinks } from './guard.ts';
import { readPlain } from './read-plain.ts';
import { temporaryPrefix } from './temporary.ts';

const lookAgainMs = 10;

/** Takes the lock of a file for a command, and waits for another holder. A lock that is too old was left by a killed bridge and is taken over. Throws Problem `file-failed`. */
export async function lockTarget(folder: GuardedFolder, name: string, id: string): Promise<AsyncDisposable> {
  const lock = lockOf(folder, name);
  const deadline = performance.now() + limits.targetLockMs + lookAgainMs;
  while (!(await tryLock(folder, lock, id))) {
    if (performance.now() > deadline) throw new Problem('file-failed', 'Another bridge keeps writing this file.');
    if (await isLeft(lock, id)) await takeAway(lock, asideOf(folder, id), id);
    else await delay(lookAgainMs);
  }
  return { [Symbol.asyncDispose]: () => unlockTarget(folder, name, id) };
}

/** Removes the lock of a file if it is this command's. */
export async function unlockTarget(folder: GuardedFolder, name: string, id: string): Promise<void> {
  const lock = lockOf(folder, name);
  if ((await holderOf(lock)) === id) await rm(lock, { force: true });
}

/** The same after a kill, with what it left on its way to the lock. */
export async function forgetLock(folder: GuardedFolder, name: string, id: string): Promise<void> {
  await unlockTarget(folder, name, id);
  for (const path of [claimOf(folder, id), asideOf(folder, id)]) await rm(path, { force: true });
}

const claimOf = (folder: GuardedFolder, id: string) => folder.at(`${temporaryPrefix}${id}.claim`);
const asideOf = (folder: GuardedFolder, id: string) => folder.at(`${temporaryPrefix}${id}.stale`);

const lockOf = (folder: GuardedFolder, name: string) =>
  folder.at(`${temporaryPrefix}${createHash('sha256').update(name).digest('hex').slice(0, 16)}.lock`);

const holderOf = (lock: string) =>
  readPlain(lock).then(
    (bytes) => bytes.toString(),
    () => undefined,
  );

/** False if another command holds it. The lock appears together with its holder's id, so a bridge that is killed here leaves no lock without a holder. */
async function tryLock(folder: GuardedFolder, lock: string, id: string): Promise<boolean> {
  const claim = claimOf(folder, id);
  try {
    await rm(claim, { force: true });
    await writeFile(claim, id, { flag: 'wx', mode: 0o600 });
    await link(claim, lock).catch(async (error: unknown) => {
      if (!knowsNoLinks(error)) throw error;
      await writeFile(lock, id, { flag: 'wx', mode: 0o600 });
    });
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw fileFailed(error);
  } finally {
    await rm(claim, { force: true });
  }
}

/** Whether the lock was left behind: it is older than any replacement takes (or, after a clock change, too far in the future), or this command took it before a restart. */
async function isLeft(lock: string, id: string): Promise<boolean> {
  const stats = await lstat(lock).catch(() => undefined);
  if (stats === undefined) return false;
  return Math.abs(Date.now() - stats.mtimeMs) > limits.targetLockMs || (await holderOf(lock)) === id;
}

/** Two bridges may find the same old lock. So it is moved aside and checked again; if it is fresh, it is put back. */
async function takeAway(lock: string, aside: string, id: string): Promise<void> {
  await rename(lock, aside).catch(() => undefined);
  if (!(await isLeft(aside, id))) await link(aside, lock).catch(() => undefined);
  await rm(aside, { force: true });
}
