/** The only use of chokidar: the watch of one folder, but not of its files, nor of what lies below. It gives only hints that something happened at a path. The bridge always looks at the path itself, so a wrong event does no harm. */
import { lstat } from 'node:fs/promises';
import { watch } from 'chokidar';

export interface FolderWatch {
  close(): void;
}

export interface FolderHears {
  /** Something happened to a child of this name, or to the folder itself; null where the system names nothing. */
  readonly heard: (event: string, name: string | null) => void;
  /** The watch is over: Windows says so where a watched folder is removed. */
  readonly failed: () => void;
}

/** Resolves once the folder (an absolute path) is watched. Throws what the system says where it gives no watch, or where no folder is there. */
export async function watchFolder(absolute: string, { heard, failed }: FolderHears): Promise<FolderWatch> {
  const watcher = watch(absolute, {
    depth: 0,
    ignored: (path) => path !== absolute,
    ignoreInitial: true,
    followSymlinks: false,
    ignorePermissionErrors: true,
    atomic: false,
    // Otherwise chokidar shares one watch among all who watch a path, and a folder that came anew would get the dead one. On Windows only a shared one tells that it is over.
    persistent: process.platform === 'win32',
  });
  const begun = Promise.withResolvers<void>();
  watcher.once('ready', begun.resolve);
  watcher.on('error', (error) => {
    begun.reject(error);
    failed();
  });
  watcher.on('raw', (event, name) => heard(event, typeof name === 'string' ? name : null));
  const close = () => {
    watcher.close().catch(() => undefined);
  };
  try {
    await begun.promise;
    if (!(await lstat(absolute)).isDirectory()) throw new Error('no folder is there');
  } catch (error) {
    close();
    throw error;
  }
  return { close };
}
