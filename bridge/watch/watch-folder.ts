/** The only use of chokidar: watches of folders, but not of their files, nor of what lies below. It gives only hints that something happened at a path. The bridge always looks at the path itself, so a wrong event does no harm. */
import { lstat } from 'node:fs/promises';
import { FSWatcher } from 'chokidar';
import { eachBounded } from './scan.ts';

/** Watches of some folders (absolute paths) that were asked for at once. */
export interface FolderWatch {
  /** Those that are watched. */
  readonly folders: ReadonlySet<string>;
  /** What the system says of those for which it gives no watch. */
  readonly refused: ReadonlyMap<string, unknown>;
  close(folder: string): void;
}

export interface FolderHears {
  /** Something happened to a child of this name, or to the folder itself; null where the system names nothing. */
  readonly heard: (folder: string, event: string, name: string | null) => void;
  /** The watch is over: Windows says so where a watched folder is removed. */
  readonly failed: (folder: string) => void;
}

/** On Windows an error does not name its folder. */
const isWindows = process.platform === 'win32';
/** Folders that go together: what chokidar keeps of each call weighs more than the watch of a folder. */
export const foldersAtOnceMax = isWindows ? 1 : 64;

const options = {
  ignoreInitial: true,
  followSymlinks: false,
  ignorePermissionErrors: true,
  atomic: false,
  // Otherwise chokidar shares one watch among all who watch a path, and a folder that came anew would get the dead one. On Windows only a shared one tells that it is over.
  persistent: isWindows,
};

/** Of chokidar's own events none is wanted: for them it reads each folder with all its files, at the beginning and at each change. */
class FolderWatcher extends FSWatcher {
  override _throttle(): false {
    return false;
  }
}

/** Resolves once those of the folders (at most `foldersAtOnceMax`) are watched that are there, as far as the system gives watches. */
export async function watchFolders(asked: readonly string[], { heard, failed }: FolderHears): Promise<FolderWatch> {
  const folders = new Set(asked);
  const [only] = asked.length === 1 ? asked : [];
  const watcher = new FolderWatcher(options);
  const close = (folder: string) => {
    folders.delete(folder);
    if (folders.size > 0) watcher.unwatch(folder);
    else watcher.close().catch(() => undefined);
  };
  const begun = Promise.withResolvers<void>();
  let isBegun = false;
  const refused = new Map<string, unknown>();
  watcher.once('ready', begun.resolve);
  watcher.on('error', (error) => {
    const folder = only ?? pathIn(error);
    folders.delete(folder);
    if (isBegun) failed(folder);
    else refused.set(folder, error);
  });
  watcher.on('raw', (event, name, details) =>
    heard(only ?? watchedIn(details), event, typeof name === 'string' ? name : null),
  );
  watcher.add([...asked]);
  await begun.promise;
  isBegun = true;
  await eachBounded(asked, foldersAtOnceMax, async (folder) => {
    const stats = await lstat(folder).catch(() => undefined);
    if (!stats?.isDirectory()) close(folder);
  });
  return { folders, refused, close };
}

function pathIn(error: unknown): string {
  return error instanceof Error && 'path' in error ? String(error.path) : '';
}

/** The folder whose watch tells something. */
function watchedIn(details: unknown): string {
  return (details as { readonly watchedPath: string }).watchedPath;
}
