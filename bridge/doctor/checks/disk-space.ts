/** Whether there is room for the bridge's data, and on the disks of the projects for what people edit from afar. */
import { stat, statfs } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { quoted } from '../../system/quoted.ts';
import { type Check, type Finding, fail, note, ok } from '../check.ts';

const mib = 1024 * 1024;
/** Below the first the bridge may lose its journal; below the second it is time to make room. */
const [leastBytes, fewBytes] = [50 * mib, 500 * mib];
const leastFiles = 100;
/** What one edit may take, and the files that it needs. */
const [editBytes, fewestFiles] = [mib, 2];

export const diskSpace: Check = {
  name: 'disk-space',
  title: 'Disk space',
  group: 'This machine',
  run: async ({ data, roots }) => {
    const own = await ofData(data);
    const full = own.state === 'fail' ? undefined : await fullProject(roots);
    return full ?? own;
  },
};

async function ofData(data: string): Promise<Finding> {
  // A data folder that does not exist yet will be on the disk of the nearest folder above it.
  for (let folder = data; ; folder = dirname(folder)) {
    const disk = await statfs(folder).catch(() => undefined);
    if (disk !== undefined)
      return spaceFinding(disk.bavail * disk.bsize, folder, disk.files > 0 ? disk.ffree : undefined);
    if (folder === dirname(folder)) return ok('This system does not tell.');
  }
}

/** The first project whose disk takes nothing more. */
async function fullProject(roots: readonly string[]): Promise<Finding | undefined> {
  const seen = new Set<number>();
  for (const root of roots) {
    const device = (await stat(root).catch(() => undefined))?.dev;
    if (device === undefined || seen.has(device)) continue;
    seen.add(device);
    const disk = await statfs(root).catch(() => undefined);
    const isFull = disk && (disk.bavail * disk.bsize < editBytes || (disk.files > 0 && disk.ffree < fewestFiles));
    if (isFull)
      return fail(
        `The disk of ${basename(root)} is full: edits from the app fail there, and nothing of a file is lost.`,
        {
          says: 'Free some space, then see:',
          copy: `df -h ${quoted(root)}`,
        },
      );
  }
  return undefined;
}

/** What it means that so many bytes, and room for so many files, are free for the data folder. Some file systems have no limit of files. Pure. */
export function spaceFinding(freeBytes: number, folder: string, freeFiles = Number.POSITIVE_INFINITY): Finding {
  const size =
    freeBytes > 10 * 1024 * mib ? `${Math.round(freeBytes / 1024 / mib)} GiB` : `${Math.round(freeBytes / mib)} MiB`;
  const says = `${size} are free for the bridge’s data.`;
  if (freeFiles < leastFiles)
    return fail(`The disk takes only ${freeFiles} more files. The bridge cannot keep what it has done.`, {
      says: 'Remove files that nobody needs, then see:',
      copy: `df -i ${quoted(folder)}`,
    });
  const fix = { says: 'Free some space, then see:', copy: `df -h ${quoted(folder)}` };
  if (freeBytes < mib) return fail('The disk is full. The bridge cannot keep what it has done.', fix);
  if (freeBytes < leastBytes) return fail(`Only ${says} It cannot keep what it has done.`, fix);
  return freeBytes < fewBytes ? note(`Only ${says}`, fix) : ok(says);
}
