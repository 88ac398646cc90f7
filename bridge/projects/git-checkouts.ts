/** The checkouts of a repository, from git's files alone: its own folder, and the worktrees that git itself registers. */
import { lstat, readdir, realpath } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { limits } from '#contract/limits.ts';
import { nameOf } from '../data/kept-projects.ts';
import { isFolder } from '../files/folder.ts';
import { firstLineOf, gitFolderNamed } from '../files/git-branch.ts';
import { checkoutTop } from '../leaving/git-rules.ts';

/** A checkout, with the folder in it that is the project. */
export interface GitCheckout {
  /** Absolute real path. */
  readonly root: string;
  /** Name of the checkout's folder, with git's id of it where that is another one; no two of a project have the same. */
  readonly name: string;
}

/**
 * The checkouts of the project at `root` (absolute, real), its own first. A worktree counts only if git registers it in the repository
 * and its own `.git` names this registration: a foreign `.git` folder must not lead to other folders of the machine.
 */
export async function gitCheckoutsOf(root: string): Promise<readonly GitCheckout[]> {
  const top = await checkoutTop(root);
  const own = { root, name: nameOf(top ?? root) };
  if (top === undefined || !(await isPlainFolder(join(top, '.git')))) return [own];
  const prefix = relative(top, root);
  const ids = (await readdir(join(top, '.git/worktrees')).catch(() => [])).slice(0, limits.workspacesPerProjectMax);
  const tops = await Promise.all(ids.sort().map(async (id) => ({ id, folder: await worktreeAt(top, id) })));
  const found = [own];
  for (const { id, folder } of tops) {
    const inside = folder && join(folder, prefix);
    if (folder === undefined || inside === undefined || !(await isRealFolder(inside))) continue;
    const name = nameIn(own.name, nameOf(folder), id);
    if (!found.some((other) => other.name === name)) found.push({ root: inside, name });
  }
  return found;
}

/** The folder of the worktree that is registered under an id; undefined where the two do not name each other. */
async function worktreeAt(top: string, id: string): Promise<string | undefined> {
  const registration = join(top, '.git/worktrees', id);
  const named = await firstLineOf(top, `.git/worktrees/${id}/gitdir`);
  if (named === undefined || named.includes('\0')) return undefined;
  const pointer = resolve(registration, named);
  if (basename(pointer) !== '.git') return undefined;
  const folder = await realpath(dirname(pointer)).catch(() => undefined);
  const back = folder && (await gitFolderNamed(folder));
  const real = back && (await realpath(back).catch(() => undefined));
  return real === registration ? folder : undefined;
}

/** Of this worktree alone: approvals keep the name, and no other worktree that comes or goes may change it. Git's ids are unique and have no colon. */
function nameIn(own: string, folder: string, id: string): string {
  return folder === id && folder !== own ? folder : `${folder}:${id}`;
}

async function isRealFolder(path: string): Promise<boolean> {
  return (await realpath(path).catch(() => undefined)) === path && (await isFolder(path));
}

async function isPlainFolder(path: string): Promise<boolean> {
  return await lstat(path).then(
    (stats) => stats.isDirectory(),
    () => false,
  );
}
