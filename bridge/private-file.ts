/** Small files that only their owner may read, replaced as a whole. */
import { readFileSync } from 'node:fs';
import { chmod, mkdir, open, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import * as v from 'valibot';

/** Replaces a file (mode 0600) by a rename, and creates its folder (mode 0700) if missing. With `flush`, the bytes are on the disk before the rename. */
export async function writePrivate(path: string, text: string, { flush = false } = {}): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const fresh = `${path}.${process.pid}.new`;
  try {
    await writeFile(fresh, text, { mode: 0o600, flush });
    await chmod(fresh, 0o600);
    await rename(fresh, path);
  } catch (error) {
    // Remove a partial file, which wastes space on a full disk.
    await rm(fresh, { force: true }).catch(() => undefined);
    throw error;
  }
  if (flush) await syncFolder(dirname(path));
}

/** Syncs the names in a folder, if the system can (Windows does so by itself). */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path).catch(() => undefined);
  await folder?.sync().catch(() => undefined);
  await folder?.close();
}

/** The JSON of a file; undefined if it does not exist or cannot be read. */
export function readJson(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return undefined;
  }
}

/** The JSON in a file, where it fits a schema; undefined otherwise. */
export function readParsed<Schema extends v.GenericSchema>(
  file: string,
  schema: Schema,
): v.InferOutput<Schema> | undefined {
  const parsed = v.safeParse(schema, readJson(file));
  return parsed.success ? parsed.output : undefined;
}
