/** Where the keeper of a data folder is found: `keeper-<protocol>/keeper.json` says its socket and the key that it wants to hear. */
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { protocol } from './wire.ts';

/** What `keeper.json` (0600) says. */
export interface Place {
  readonly address: string;
  readonly key: string;
  readonly pid: number;
}

/** A Unix socket's name has at most 104 bytes on macOS, 108 on Linux, with the closing 0. */
const addressBytesMax = 100;

/** The folder of keepers that speak a protocol. */
export function keeperFolder(dataFolder: string, spoken: number = protocol): string {
  return join(dataFolder, `keeper-${spoken}`);
}

export function placeFile(folder: string): string {
  return join(folder, 'keeper.json');
}

/** Undefined where no keeper has told its place in its folder. */
export function readPlace(folder: string): Place | undefined {
  try {
    const { address, key, pid } = JSON.parse(readFileSync(placeFile(folder), 'utf8')) as Partial<Place>;
    const isWhole = typeof address === 'string' && typeof key === 'string' && typeof pid === 'number';
    return isWhole ? { address, key, pid } : undefined;
  } catch {
    return undefined;
  }
}

/** Tells the place; the folder is there. (`private-file.ts` would load a library that the keeper does not need.) */
export async function writePlace(folder: string, place: Place): Promise<void> {
  const fresh = `${placeFile(folder)}.new`;
  await rm(fresh, { force: true });
  await writeFile(fresh, `${JSON.stringify(place)}\n`, { mode: 0o600, flag: 'wx' });
  await rename(fresh, placeFile(folder));
}

/** A fresh address in the folder, which is there, or in another private one; on Windows a pipe that nobody can guess. `remove` takes away what it has made. */
export async function makeAddress(
  folder: string,
): Promise<{ readonly address: string; readonly remove: () => Promise<void> }> {
  const name = randomBytes(16).toString('hex');
  if (process.platform === 'win32') return { address: `\\\\.\\pipe\\sallyport-${name}`, remove: async () => undefined };
  // Of keepers that were killed. A new name each time, so that nobody says the key of one to another.
  for (const left of await readdir(folder)) if (left.startsWith('s-')) await rm(join(folder, left), { force: true });
  const near = join(folder, `s-${name.slice(0, 8)}`);
  if (Buffer.byteLength(near) <= addressBytesMax) return { address: near, remove: () => rm(near, { force: true }) };
  // mkdtemp makes it with mode 0700.
  const address = join(await mkdtemp(join(tmpdir(), 'sallyport-')), 'socket');
  return { address, remove: () => rm(dirname(address), { recursive: true, force: true }) };
}
