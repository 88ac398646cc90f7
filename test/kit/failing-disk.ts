/** A disk with a fault of its own: the kernel makes it read-only below the programs that write to it, as it does where a real one fails. */
import { spawnSync } from 'node:child_process';
import { mkdir, truncate, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { findProgram } from './parts.ts';
import { openTemporaryFolder } from './projects.ts';
import { smallDiskMissing } from './small-disk.ts';

/** Why tests of such disks are skipped here; false where they can run. Give it to `test` as `skip`. */
export const failingDiskMissing = smallDiskMissing || whyNoDisk();

function whyNoDisk(): string | false {
  if (findProgram('mkfs.ext4') === undefined) return 'there is no mkfs.ext4';
  return spawnSync('losetup', ['--find']).status !== 0 && 'the system gives no loop device';
}

export interface FailingDisk extends AsyncDisposable {
  /** Absolute path of its root. */
  readonly path: string;
  /** From now on it cannot be written to, whatever is open. */
  fail(): Promise<void>;
  /** Checks and mounts it again, as its owner does. Nothing on it may be open. */
  repair(): Promise<void>;
}

/** Makes a disk of 32 MiB in a file, and mounts it. Throws where the system refuses. */
export async function openFailingDisk(): Promise<FailingDisk> {
  const folder = await openTemporaryFolder();
  const [image, path] = [join(folder.path, 'image'), join(folder.path, 'disk')];
  await writeFile(image, '');
  await truncate(image, 32 * 1024 * 1024);
  await mkdir(path);
  const mount = () => run('mount', '-o', 'loop,errors=remount-ro', image, path);
  run('mkfs.ext4', '-q', image);
  mount();
  return {
    path,
    fail: async () => {
      const device = basename(run('findmnt', '-no', 'SOURCE', path).trim());
      await writeFile(`/sys/fs/ext4/${device}/trigger_fs_error`, '1');
    },
    repair: async () => {
      run('umount', path);
      // 1: it was damaged, and is not any more.
      spawnSync('e2fsck', ['-fy', image]);
      mount();
    },
    [Symbol.asyncDispose]: async () => {
      spawnSync('umount', ['--lazy', path]);
      await folder[Symbol.asyncDispose]();
    },
  };
}

function run(program: string, ...args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync(program, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${program}: ${stderr}`);
  return stdout;
}
