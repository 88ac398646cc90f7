/** The folder that a relay keeps its things in: the store's file, the owner's key, and which process works on it. */
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf, StartRefused } from './listen.ts';

export interface DataFolder {
  /** URL of the store in this folder. */
  readonly storeUrl: string;
  readonly ownerKeyFile: string;
  /** The owner's API key as it was kept. */
  readOwnerKey(): Promise<string | undefined>;
  /** Keeps the key, readable by its owner alone. */
  writeOwnerKey(key: string): Promise<void>;
  /** Notes that this process works here. That no two do is kept by the store's own lock, which ends with its process. */
  claim(): Promise<AsyncDisposable>;
  /** The process that noted itself last. */
  claimant(): Promise<string | undefined>;
}

/** Makes the folder where it is missing, for its owner alone. Throws StartRefused where there is a file, or no right to make one. */
export async function openDataFolder(path: string): Promise<DataFolder> {
  try {
    await mkdir(path, { recursive: true, mode: 0o700 });
  } catch (cause) {
    throw new StartRefused(`${path} cannot be the data folder: ${messageOf(cause)}. Choose another with --data.`, {
      cause,
    });
  }
  const ownerKeyFile = join(path, 'owner-key');
  const pidFile = join(path, 'relay.pid');
  const textOf = async (file: string) => {
    const text = await readFile(file, 'utf8').catch(() => '');
    return text.trim() === '' ? undefined : text.trim();
  };
  return {
    storeUrl: `sqlite:${join(path, 'relay.sqlite')}`,
    ownerKeyFile,
    readOwnerKey: () => textOf(ownerKeyFile),
    writeOwnerKey: async (key) => {
      await rm(ownerKeyFile, { force: true });
      await writeFile(ownerKeyFile, `${key}\n`, { mode: 0o600, flag: 'wx' });
    },
    claim: async () => {
      await writeFile(pidFile, `${process.pid}\n`);
      return { [Symbol.asyncDispose]: () => rm(pidFile, { force: true }) };
    },
    claimant: () => textOf(pidFile),
  };
}
