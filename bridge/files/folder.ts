/** Checks for a folder at a path; follows links. */
import { stat } from 'node:fs/promises';

/** Whether the path is a folder; false if that cannot be determined. */
export async function isFolder(path: string): Promise<boolean> {
  return await stat(path).then(
    (stats) => stats.isDirectory(),
    () => false,
  );
}
