/** What stands at a path, links followed. */
import { stat } from 'node:fs/promises';

/** Whether it is a folder; what cannot be told is none. */
export async function isFolder(path: string): Promise<boolean> {
  return await stat(path).then(
    (stats) => stats.isDirectory(),
    () => false,
  );
}
