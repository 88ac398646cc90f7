/** The trash of a project: what a command removes lies in a folder of the tool's own folder, below the time of its removal, until it is restored or 30 days have passed. */
import { constants } from 'node:fs';
import { lstat, readdir, rm, writeFile } from 'node:fs/promises';
import { limits } from '#contract/limits.ts';
import { codeOf, fileFailed, openGuardedFolder, splitPath } from './guard.ts';
import { type Move, moveFileOrFolder } from './move.ts';
import { trashFolder } from './temporary.ts';

/** Where a path of a project goes at a time: `.spec-workflow/specs/a` to `.spec-workflow/.sallyport-trash/<time>/specs/a`. */
export function trashedPath(path: string, at: Date): string {
  const [base, ...rest] = path.split('/');
  return [base, trashFolder, timeName(at), ...rest].join('/');
}

/** Where something in the trash came from; undefined for a path that is not in the trash. */
export function pathBefore(trashed: string): string | undefined {
  const [base, trash, time = '', ...rest] = trashed.split('/');
  return trash === trashFolder && timeOf(time) !== undefined && rest.length > 0 ? [base, ...rest].join('/') : undefined;
}

/** Moves a file or folder into the trash or back, in one rename. Throws as `moveFileOrFolder`. */
export async function moveByTrash(move: Move): Promise<void> {
  const [base = '', folder] = move.to.split('/');
  if (folder === trashFolder) await openTrash(move.root, base);
  await moveFileOrFolder(move);
}

/** Whether the trash holds something by that path. */
export async function isInTrash(root: string, trashed: string): Promise<boolean> {
  const { folder, name } = splitPath(trashed);
  try {
    await using within = await openGuardedFolder(root, folder);
    await lstat(within.at(name));
    return true;
  } catch {
    return false;
  }
}

/** Deletes what has lain in the trash of a folder for longer than it is kept. */
export async function emptyTrash(root: string, base: string, nowMs: number): Promise<void> {
  const stats = await lstat(`${root}/${base}/${trashFolder}`).catch(() => undefined);
  if (!stats?.isDirectory()) return;
  await using trash = await openGuardedFolder(root, [base, trashFolder]);
  for (const name of await readdir(trash.at('.'))) {
    const at = timeOf(name);
    if (at !== undefined && nowMs - at > limits.trashKeptMs) await rm(trash.at(name), { recursive: true, force: true });
  }
}

/** Makes the trash, and keeps git from seeing it. */
async function openTrash(root: string, base: string): Promise<void> {
  await using trash = await openGuardedFolder(root, [base, trashFolder], true);
  await writeFile(trash.at('.gitignore'), '*\n', { flag: newOnly }).catch((error: unknown) => {
    if (codeOf(error) !== 'EEXIST') throw fileFailed(error);
  });
}

const newOnly = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | (constants.O_NOFOLLOW ?? 0);

/** Windows allows no colon in a name. */
function timeName(at: Date): string {
  return at.toISOString().replaceAll(':', '-');
}

function timeOf(name: string): number | undefined {
  if (!/^\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d\.\d{3}Z$/.test(name)) return undefined;
  const ms = Date.parse(name.replace(/T(\d\d)-(\d\d)-/, 'T$1:$2:'));
  return Number.isNaN(ms) ? undefined : ms;
}
