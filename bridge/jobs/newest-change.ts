/** The newest change in a folder, by which a job tells its age. A folder's own birth would be the time of the clone. */
import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { limits } from '#contract/limits.ts';

/** Ms since 1970; undefined where it cannot be told: something in it cannot be read, or there is too much. Follows no link. */
export async function newestChange(folder: string): Promise<number | undefined> {
  let newest = 0;
  let count = 0;
  const waiting = [folder];
  try {
    for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
      count += 1;
      if (count > limits.jobSpecEntriesMax) return undefined;
      const stats = await lstat(path);
      newest = Math.max(newest, stats.mtimeMs);
      if (stats.isDirectory()) for (const name of await readdir(path)) waiting.push(join(path, name));
    }
  } catch {
    return undefined;
  }
  return newest;
}
