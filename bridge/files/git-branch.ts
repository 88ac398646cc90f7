/** The branch of a git checkout, from its files alone: git itself runs what a repository configures. */
import { realpath } from 'node:fs/promises';
import { resolve, sep } from 'node:path';
import { limits } from '#contract/limits.ts';
import { printable } from '#contract/printable.ts';
import { glanceAt, readAt } from './read.ts';

/** The branch that is checked out at a folder (absolute, real); undefined where there is none, or its files are not what git writes. */
export async function branchAt(root: string): Promise<string | undefined> {
  const { is } = await glanceAt(root, '.git');
  const folder = is === 'folder' ? resolve(root, '.git') : await privateFolder(root);
  const [, branch] = /^ref: refs\/heads\/(.+)$/.exec((folder && (await firstLineOf(folder, 'HEAD'))) ?? '') ?? [];
  return branch !== undefined && isBranch(branch) ? branch : undefined;
}

/** The folder that the `.git` of a worktree or submodule names, a file with `gitdir: …`; absolute, whether or not it exists. */
export async function gitFolderNamed(root: string): Promise<string | undefined> {
  const [, named] = /^gitdir: (.+)$/.exec((await firstLineOf(root, '.git')) ?? '') ?? [];
  return named === undefined || named.includes('\0') ? undefined : resolve(root, named);
}

/** The same as a real path, if git keeps such folders there: `.git` must not make us read elsewhere. */
async function privateFolder(root: string): Promise<string | undefined> {
  const named = await gitFolderNamed(root);
  const real = named && (await realpath(named).catch(() => undefined));
  if (real === undefined) return undefined;
  const names = real.split(sep);
  const below = names.slice(names.lastIndexOf('.git') + 1);
  return names.includes('.git') && /^(worktrees|modules)$/.test(below[0] ?? '') && below.length > 1 ? real : undefined;
}

/** The first line of a small regular file. */
export async function firstLineOf(folder: string, name: string): Promise<string | undefined> {
  const read = await readAt(folder, name, limits.gitFileBytesMax);
  if (read.is !== 'file' || !('bytes' in read)) return undefined;
  return read.bytes?.toString('utf8').split(/\r?\n/)[0]?.trimEnd();
}

/** By the rules of git-check-ref-format, as far as they matter to a reader. Where git keeps refs in tables, `.invalid` stands in the file. */
function isBranch(name: string): boolean {
  return (
    name.length <= limits.branchLengthMax &&
    !name.startsWith('.') &&
    printable(name) === name &&
    !/[\s~^:?*[\\]|\.\.|@\{/.test(name)
  );
}
