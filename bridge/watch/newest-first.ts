/** The order in which a project is read for the first time: what people work on comes first to those who wait for it. */
import { lstat } from 'node:fs/promises';
import { join } from 'node:path';
import type { PackedPaths } from '../packed/path-set.ts';
import { eachBounded } from './scan.ts';

const atOnce = 24;

/** The files of folders that changed last, then the others; archives come last. A look at each folder is a small part of reading its files. */
export async function newestFirst(root: string, files: PackedPaths): Promise<Iterable<string>> {
  const folders: { readonly folder: string; readonly changedAt: number }[] = [];
  await eachBounded(files.folders(), atOnce, async (folder) => {
    const stats = await lstat(join(root, folder)).catch(() => undefined);
    folders.push({ folder, changedAt: isArchive(folder) ? 0 : (stats?.mtimeMs ?? 0) });
  });
  folders.sort((a, b) => b.changedAt - a.changedAt);
  return filesOf(files, folders);
}

function* filesOf(files: PackedPaths, folders: readonly { readonly folder: string }[]): Generator<string> {
  for (const { folder } of folders) yield* files.inFolder(folder);
}

/** Whether a folder holds what people are done with. */
export function isArchive(folder: string): boolean {
  return /(^|\/)archived?(\/|$)/.test(folder);
}
