/** The folder that a relay keeps its things in: the store's file, the owner's key, and which process works on it. */
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf, StartRefused } from './listen.ts';

export interface RunningRelay {
  readonly pid: number;
  /** Origin for this machine's own use. */
  readonly url: string;
  /** The public identity key by which it is told from whoever takes its port later. */
  readonly relayKey: string;
}

export interface DataFolder {
  readonly path: string;
  /** URL of the store in this folder. */
  readonly storeUrl: string;
  readonly ownerKeyFile: string;
  /** Says which process works here. */
  readonly runningFile: string;
  /** The owner's API key as it was kept. */
  readOwnerKey(): Promise<string | undefined>;
  /** Keeps the key, readable by its owner alone. */
  writeOwnerKey(key: string): Promise<void>;
  /** Notes that this process works here, and its own address. That no two do is kept by the store's own lock, which ends with its process. */
  claim(running: Omit<RunningRelay, 'pid'>): Promise<AsyncDisposable>;
  /** The process that noted itself last; one that was killed still stands here. */
  running(): Promise<RunningRelay | undefined>;
}

/** URL of the store in a data folder. */
export function storeUrlIn(path: string): string {
  return `sqlite:${join(path, 'relay.sqlite')}`;
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
  const runningFile = join(path, 'relay.json');
  const textOf = async (file: string) => {
    const text = await readFile(file, 'utf8').catch(() => '');
    return text.trim() === '' ? undefined : text.trim();
  };
  return {
    path,
    storeUrl: storeUrlIn(path),
    ownerKeyFile,
    runningFile,
    readOwnerKey: () => textOf(ownerKeyFile),
    writeOwnerKey: async (key) => {
      await rm(ownerKeyFile, { force: true });
      await writeFile(ownerKeyFile, `${key}\n`, { mode: 0o600, flag: 'wx' });
    },
    claim: async (running) => {
      const noted: RunningRelay = { pid: process.pid, ...running };
      await writeFile(runningFile, `${JSON.stringify(noted)}\n`);
      return { [Symbol.asyncDispose]: () => rm(runningFile, { force: true }) };
    },
    running: async () => {
      const text = await textOf(runningFile);
      return text === undefined ? undefined : (JSON.parse(text) as RunningRelay);
    },
  };
}
