/** The order in which a project is read for the first time: what people work on comes first to those who wait for it. */
import { lstat } from 'node:fs/promises';
import { join } from 'node:path';
import { createPackedPaths, type PackedPaths } from '../packed/path-set.ts';
import { eachBounded } from './scan.ts';

const atOnce = 24;

/** Files that changed since a time (ms since 1970), where one is given; then those of folders that changed last, then the others; archives come last. A look at each folder, and at each file, is a small part of reading the files. */
export async function newestFirst(root: string, files: PackedPaths, since?: number): Promise<Iterable<string>> {
  const folders: { readonly folder: string; readonly changedAt: number }[] = [];
  await eachBounded(files.folders(), atOnce, async (folder) => {
    const stats = await lstat(join(root, folder)).catch(() => undefined);
    folders.push({ folder, changedAt: isArchive(folder) ? 0 : (stats?.mtimeMs ?? 0) });
  });
  folders.sort((a, b) => b.changedAt - a.changedAt);
  return filesOf(files, folders, since === undefined ? createPackedPaths() : await changedSince(root, files, since));
}

/** By the time that the system keeps: a file that is moved here may be old by its own. */
async function changedSince(root: string, files: PackedPaths, since: number): Promise<PackedPaths> {
  const changed = createPackedPaths();
  await eachBounded(files, atOnce, async (path) => {
    const stats = await lstat(join(root, path)).catch(() => undefined);
    if (stats !== undefined && stats.ctimeMs >= since) changed.add(path);
  });
  return changed;
}

function* filesOf(
  files: PackedPaths,
  folders: readonly { readonly folder: string }[],
  first: PackedPaths,
): Generator<string> {
  yield* first;
  for (const { folder } of folders) for (const path of files.inFolder(folder)) if (!first.has(path)) yield path;
}

/** Whether a folder holds what people are done with. */
export function isArchive(folder: string): boolean {
  return /(^|\/)archived?(\/|$)/.test(folder);
}
