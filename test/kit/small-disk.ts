/** A disk that can be full: a file system in memory, mounted where the system lets us. */
import { spawnSync } from 'node:child_process';
import { rm, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openTemporaryFolder } from './projects.ts';

/** Why tests of full disks are skipped here; false where they can run. Give it to `test` as `skip`. */
export const smallDiskMissing =
  process.platform === 'linux' && process.getuid?.() === 0 ? false : 'only root on Linux can mount a small disk';

export interface SmallDisk extends AsyncDisposable {
  /** Absolute path of its root. */
  readonly path: string;
  /** Leaves no byte free, or so many KiB. */
  fill(sparedKib?: number): Promise<void>;
  /** Frees what `fill` took. */
  free(): Promise<void>;
}

/** Mounts a disk of so many KiB. Throws where the system refuses. */
export async function openSmallDisk(sizeKib: number): Promise<SmallDisk> {
  const folder = await openTemporaryFolder();
  const { status, stderr } = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${sizeKib}k`, 'tmpfs', folder.path], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`mount: ${stderr}`);
  const filler = join(folder.path, 'filler');
  return {
    path: folder.path,
    fill: async (sparedKib = 0) => {
      // What fits is written before the error comes.
      await writeFile(filler, Buffer.alloc(sizeKib * 1024)).catch(() => undefined);
      await truncate(filler, (await stat(filler)).size - sparedKib * 1024);
    },
    free: () => rm(filler, { force: true }),
    [Symbol.asyncDispose]: async () => {
      spawnSync('umount', ['--lazy', folder.path]);
      await folder[Symbol.asyncDispose]();
    },
  };
}
