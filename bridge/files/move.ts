/** Moving a folder within its project, in one rename. */
import { lstat, rename } from 'node:fs/promises';
import { Problem } from '#contract/problems.ts';
import { fileFailed, openGuardedFolder, splitPath } from './guard.ts';

export interface FolderMove {
  readonly root: string;
  /** Paths of the folder in the project, now and then. */
  readonly from: string;
  readonly to: string;
  readonly ready: () => Promise<void>;
}

/** Moves a folder within the project in one rename, and creates the parents of `to`. Throws Problem `edit-refused` if `to` exists, `path-refused`, `file-failed`. */
export async function moveFolder({ root, from, to, ready }: FolderMove): Promise<void> {
  const [source, target] = [splitPath(from), splitPath(to)];
  await using sourceFolder = await openGuardedFolder(root, source.folder);
  const stats = await lstat(sourceFolder.at(source.name)).catch(() => undefined);
  if (!stats?.isDirectory()) throw new Problem('path-refused', `"${from}" is no folder of the project.`);
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
