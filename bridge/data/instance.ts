/** Identifies this bridge among all that have its key: by its data folder, the number of its start on it, and its process. */
import { randomBytes } from 'node:crypto';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import * as v from 'valibot';
import { Instance } from '#contract/bridge.ts';
import { readParsed, writePrivate } from './private-file.ts';

const Kept = v.object({
  folder: Instance.entries.folder,
  run: Instance.entries.run,
  /** The folder's inode. A copy of the folder has another one, and is another bridge. */
  inode: v.string(),
});

/** The instance of this process; its run is on disk. The caller holds the folder's lock. An unreadable file counts as a new folder. */
export async function openInstance(folder: string): Promise<Instance> {
  const file = join(folder, 'instance.json');
  const inode = String(statSync(folder, { bigint: true }).ino);
  const kept = readParsed(file, Kept);
  const before = kept?.inode === inode ? kept : { folder: randomId(), run: 0 };
  const now = { folder: before.folder, run: before.run + 1 };
  await writePrivate(file, `${JSON.stringify({ ...now, inode })}\n`);
  return { ...now, nonce: randomId() };
}

/** Whether a bridge has run on a folder, or on one that it is a copy of. */
export function hasInstance(folder: string): boolean {
  return readParsed(join(folder, 'instance.json'), Kept) !== undefined;
}

function randomId(): string {
  return randomBytes(12).toString('base64url');
}
