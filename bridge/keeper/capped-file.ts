/** A private file that takes so many bytes and drops the rest. */
import { createWriteStream } from 'node:fs';
import { mkdir, realpath } from 'node:fs/promises';
import { dirname, isAbsolute, relative } from 'node:path';
import { KeeperRefusal } from './keeper.ts';

export interface CappedFile {
  /** Whether it found room; nothing is written in part. */
  write(bytes: Buffer): boolean;
  /** Resolves once all is in the file. */
  end(): Promise<void>;
}

/** Opens a file (0600, emptied) of at most `bytesMax` bytes in a folder within `dataFolder`, which is created if missing (0700). Throws a KeeperRefusal where it lies elsewhere. A disk that fails counts as a file without room. */
export async function openCappedFile(dataFolder: string, path: string, bytesMax: number): Promise<CappedFile> {
  await assertWithin(dataFolder, path);
  const stream = createWriteStream(path, { mode: 0o600 });
  let isBroken = false;
  let left = bytesMax;
  const ended = new Promise<void>((resolve) => stream.once('close', resolve));
  stream.once('error', () => {
    isBroken = true;
  });
  return {
    write: (bytes) => {
      if (isBroken || bytes.length > left) {
        // What comes later would make a text with holes.
        left = 0;
        return false;
      }
      left -= bytes.length;
      stream.write(bytes);
      return true;
    },
    end: async () => {
      stream.end();
      await ended;
    },
  };
}

async function assertWithin(dataFolder: string, path: string): Promise<void> {
  const refusal = new KeeperRefusal('file-refused', 'The keeper writes files in the data folder of the bridge only.');
  const isBelow = (folder: string, root: string) => {
    const way = relative(root, folder);
    return way !== '' && !way.startsWith('..') && !isAbsolute(way);
  };
  if (!isAbsolute(path) || !isBelow(path, dataFolder)) throw refusal;
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const [folder, root] = await Promise.all([realpath(dirname(path)), realpath(dataFolder)]);
  if (folder !== root && !isBelow(folder, root)) throw refusal;
}
