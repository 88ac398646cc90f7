/** How many inotify watches a process has (Linux). */
import { readdir, readFile } from 'node:fs/promises';

/** `pid` is a process id or `self`. */
export async function inotifyWatches(pid: number | 'self'): Promise<number> {
  const folder = `/proc/${pid}/fdinfo`;
  // A file that is closed meanwhile has no watches.
  const infos = await Promise.all(
    (await readdir(folder)).map((fd) => readFile(`${folder}/${fd}`, 'utf8').catch(() => '')),
  );
  return infos.reduce((sum, info) => sum + (info.match(/^inotify wd:/gm)?.length ?? 0), 0);
}
