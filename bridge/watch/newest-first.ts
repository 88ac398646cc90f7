/** The order in which a project is read for the first time: what people work on comes first to those who wait for it. */
import { lstat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { eachBounded } from './scan.ts';

const atOnce = 24;

/** The files of folders that changed last, then the others; archives come last. A look at each folder is a small part of reading its files. */
export async function newestFirst(root: string, files: ReadonlySet<string>): Promise<Set<string>> {
  const byFolder = Map.groupBy(files, (path) => dirname(path));
  const changedAt = new Map<string, number>();
  await eachBounded(byFolder.keys(), atOnce, async (folder) => {
    const stats = await lstat(join(root, folder)).catch(() => undefined);
    changedAt.set(folder, isArchive(folder) ? 0 : (stats?.mtimeMs ?? 0));
  });
  const folders = [...byFolder].sort(([a], [b]) => (changedAt.get(b) ?? 0) - (changedAt.get(a) ?? 0));
  return new Set(folders.flatMap(([, paths]) => paths));
}

/** Whether a folder holds what people are done with. */
export function isArchive(folder: string): boolean {
  return /(^|\/)archived?(\/|$)/.test(folder);
}
