/** Moving a folder or a file within its project, in one rename. */
import type { Stats } from 'node:fs';
import { lstat, rename } from 'node:fs/promises';
import { Problem } from '#contract/problems.ts';
import { fileFailed, openGuardedFolder, splitPath } from './guard.ts';

export interface Move {
  readonly root: string;
  /** Paths in the project, now and then. */
  readonly from: string;
  readonly to: string;
  readonly ready: () => Promise<void>;
}

/** Moves a folder within the project in one rename, and creates the parents of `to`. Throws Problem `edit-refused` if `to` exists, `path-refused`, `file-failed`. */
export async function moveFolder(move: Move): Promise<void> {
  await moveIf(move, (stats) => stats.isDirectory(), 'no folder');
}

/** The same for a folder or a regular file. A link is refused. */
export async function moveFileOrFolder(move: Move): Promise<void> {
  await moveIf(move, (stats) => stats.isDirectory() || stats.isFile(), 'no file or folder');
}

async function moveIf({ root, from, to, ready }: Move, fits: (stats: Stats) => boolean, isNot: string): Promise<void> {
  const [source, target] = [splitPath(from), splitPath(to)];
  await using sourceFolder = await openGuardedFolder(root, source.folder);
  const stats = await lstat(sourceFolder.at(source.name)).catch(() => undefined);
  if (stats === undefined || !fits(stats)) throw new Problem('path-refused', `"${from}" is ${isNot} of the project.`);
  await using targetFolder = await openGuardedFolder(root, target.folder, true);
  const taken = await lstat(targetFolder.at(target.name)).catch(() => undefined);
  if (taken !== undefined) throw new Problem('edit-refused', `There is something at "${to}" already.`);
  await ready();
  try {
    await rename(sourceFolder.at(source.name), targetFolder.at(target.name));
    await targetFolder.sync();
    await sourceFolder.sync();
  } catch (error) {
    throw fileFailed(error);
  }
}
