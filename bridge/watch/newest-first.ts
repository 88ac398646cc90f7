/** The order in which a project is read for the first time: what people work on comes first to those who wait for it. */
import { lstat } from 'node:fs/promises';
import { join } from 'node:path';
import { glanceAt, type Stamp, sameStamp } from '../files/read.ts';
import { createPackedPaths, type PackedPaths } from '../packed/path-set.ts';
import { eachBounded } from './scan.ts';

const atOnce = 24;

/** Files that are other than by their known stamps; then those of folders that changed last, then the others; archives come last. A look at each folder, and at each file that is known, is a small part of reading the files. */
export async function newestFirst(
  root: string,
  files: PackedPaths,
  stampOf: (path: string) => Stamp | undefined,
): Promise<Iterable<string>> {
  const folders: { readonly folder: string; readonly changedAt: number }[] = [];
  await eachBounded(files.folders(), atOnce, async (folder) => {
    const stats = await lstat(join(root, folder)).catch(() => undefined);
    folders.push({ folder, changedAt: isArchive(folder) ? 0 : (stats?.mtimeMs ?? 0) });
  });
  folders.sort((a, b) => b.changedAt - a.changedAt);
  return filesOf(files, folders, await changedIn(root, files, stampOf));
}

async function changedIn(
  root: string,
  files: PackedPaths,
  stampOf: (path: string) => Stamp | undefined,
): Promise<PackedPaths> {
  const changed = createPackedPaths();
  await eachBounded(files, atOnce, async (path) => {
    const known = stampOf(path);
    if (known === undefined) return;
    const glance = await glanceAt(root, path);
    if (glance.is === 'file' && !sameStamp(glance.stamp, known)) changed.add(path);
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
