/** The relay's data folder: the store's file, the owner's key, and which process runs on it. */
import { access, constants, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import * as v from 'valibot';
import { reasonOf } from '#contract/reason.ts';
import { StartRefused } from './listen.ts';

/** `url`: origin for this machine's own use. `relayKey`: the relay's public identity key, which distinguishes it from a program that takes its port later. */
const Running = v.object({ pid: v.number(), url: v.string(), relayKey: v.string() });
export type RunningRelay = Readonly<v.InferOutput<typeof Running>>;

export interface DataFolder {
  readonly path: string;
  /** URL of the store in this folder. */
  readonly storeUrl: string;
  readonly ownerKeyFile: string;
  /** Name of the file that says which process runs here. */
  readonly runningFile: string;
  /** The owner's API key, as stored. */
  readOwnerKey(): Promise<string | undefined>;
  /** Stores the key, readable only by the owner of the file. */
  writeOwnerKey(key: string): Promise<void>;
  /** Notes that this process runs here, and its address. The store's own lock, which ends with its process, prevents two at once. */
  claim(running: Omit<RunningRelay, 'pid'>): Promise<AsyncDisposable>;
  /** The process that was noted last; it may have been killed since. */
  running(): Promise<RunningRelay | undefined>;
}

/** URL of the store in a data folder. */
export function storeUrlIn(path: string): string {
  return `sqlite:${join(path, 'relay.sqlite')}`;
}

/** Creates the folder if it is missing, with access only for its owner. Throws StartRefused if the path is a file or may not be created. */
export async function openDataFolder(path: string): Promise<DataFolder> {
  try {
    await mkdir(path, { recursive: true, mode: 0o700 });
  } catch (cause) {
    // Node says of a folder that cannot be made on a read-only file system that it is not there.
    const why = (await isReadOnly(dirname(path))) ? 'its file system is read-only' : reasonOf(cause);
    throw new StartRefused(`${path} cannot be the data folder: ${why}. Choose another with --data.`, { cause });
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
      try {
        // In place of what another user may have left: the folder is this one's.
        await rm(runningFile, { force: true });
        await writeFile(runningFile, `${JSON.stringify(noted)}\n`);
      } catch (cause) {
        throw new StartRefused(
          `${runningFile} cannot be written: ${reasonOf(cause)}. Check who owns it, and its folder.`,
          {
            cause,
          },
        );
      }
      return { [Symbol.asyncDispose]: () => rm(runningFile, { force: true }) };
    },
    running: async () => {
      const text = await textOf(runningFile);
      return text === undefined ? undefined : parseRunning(text);
    },
  };
}

/** Undefined for what is torn, or another's. */
function parseRunning(text: string): RunningRelay | undefined {
  try {
    const found: unknown = JSON.parse(text);
    return v.is(Running, found) ? found : undefined;
  } catch {
    return undefined;
  }
}

/** Whether a folder, or the nearest one above it that is there, lies on a file system that is read-only. */
async function isReadOnly(folder: string): Promise<boolean> {
  const code = await access(folder, constants.W_OK).then(
    () => '',
    (error: NodeJS.ErrnoException) => error.code,
  );
  return code === 'EROFS' || (code === 'ENOENT' && folder !== dirname(folder) && (await isReadOnly(dirname(folder))));
}
