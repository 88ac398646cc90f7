/** What is kept of one output of a run: its beginning in a file, and of what is longer also its end, in a second file beside it. */
import { openCappedFile } from './capped-file.ts';

export interface OutputFile {
  write(bytes: Buffer): void;
  /** Resolves once both files are written, with how many bytes are in neither. */
  end(): Promise<number>;
}

/** How much of an output is kept, in bytes. */
export interface OutputRoom {
  readonly headMax: number;
  readonly tailMax: number;
}

/** The file of the end, which is written when the program has ended. */
export function tailFile(path: string): string {
  return `${path}-end`;
}

/** Opens the file. Throws a KeeperRefusal. */
export async function openOutputFile(
  dataFolder: string,
  path: string,
  { headMax, tailMax }: OutputRoom,
): Promise<OutputFile> {
  const head = await openCappedFile(dataFolder, path, headMax);
  let room = headMax;
  let beyond = 0;
  let newest: Newest | undefined;
  return {
    write: (bytes) => {
      const first = bytes.subarray(0, room);
      // A disk that is full has no room from here on.
      room = first.length === 0 || head.write(first) ? room - first.length : 0;
      const rest = room > 0 ? 0 : bytes.length - first.length;
      if (rest === 0) return;
      newest ??= createNewest(tailMax);
      newest.push(bytes.subarray(first.length));
      beyond += rest;
    },
    end: async () => {
      await head.end();
      const bytes = newest?.bytes() ?? Buffer.alloc(0);
      if (bytes.length === 0) return 0;
      // The folder may be gone by now.
      const tail = await openCappedFile(dataFolder, tailFile(path), bytes.length).catch(() => undefined);
      tail?.write(bytes);
      await tail?.end();
      return beyond - (tail === undefined ? 0 : bytes.length);
    },
  };
}

interface Newest {
  push(bytes: Buffer): void;
  bytes(): Buffer;
}

/** The newest `bytesMax` bytes, however small the pieces are in which they come. */
function createNewest(bytesMax: number): Newest {
  const ring = Buffer.allocUnsafeSlow(bytesMax);
  let at = 0;
  let length = 0;
  return {
    push: (given) => {
      const bytes = given.subarray(-bytesMax);
      const copied = bytes.copy(ring, at);
      bytes.copy(ring, 0, copied);
      at = (at + bytes.length) % bytesMax;
      length = Math.min(bytesMax, length + bytes.length);
    },
    bytes: () =>
      length < bytesMax ? ring.subarray(0, length) : Buffer.concat([ring.subarray(at), ring.subarray(0, at)]),
  };
}
