/** Small files that only their owner may read, replaced as a whole. */
import { readFileSync } from 'node:fs';
import { chmod, mkdir, open, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Replaces a file (mode 0600) by a rename; its folder is made (mode 0700) where it is missing. With `flush` it is on the disk before it is the file. */
export async function writePrivate(path: string, text: string, { flush = false } = {}): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const fresh = `${path}.${process.pid}.new`;
  try {
    await writeFile(fresh, text, { mode: 0o600, flush });
    await chmod(fresh, 0o600);
    await rename(fresh, path);
  } catch (error) {
    // Half a file on a full disk takes what others need.
    await rm(fresh, { force: true }).catch(() => undefined);
    throw error;
  }
  if (flush) await syncFolder(dirname(path));
}

/** The names in a folder, where the system can (Windows does so by itself). */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path).catch(() => undefined);
  await folder?.sync().catch(() => undefined);
  await folder?.close();
}

/** The JSON of a file; undefined where there is none, or none that can be read. */
export function readJson(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return undefined;
  }
}
