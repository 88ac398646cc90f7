/** The only use of chokidar. It gives only hints that something happened at a path. The bridge always looks at the path itself, so a wrong event does no harm. */
import { basename, join, relative, sep } from 'node:path';
import { watch } from 'chokidar';
import { codeOf } from '../files/guard.ts';
import { createRestless } from './restless.ts';

export interface WatcherOptions {
  /** Absolute real path. */
  readonly root: string;
  /** Whether a path (relative, with `/`) may matter; other paths are not watched. The root itself is ''. */
  readonly watches: (path: string) => boolean;
  readonly onHint: (path: string) => void;
  /** Called when the system has no (more) watches; the sentence says why. Hints may be missing from then on. */
  readonly onExhausted: (sentence: string) => void;
}

/** Watches until disposed. Resolves when everything that exists is watched. */
export async function startWatcher({ root, watches, onHint, onExhausted }: WatcherOptions): Promise<AsyncDisposable> {
  const pathOf = (absolute: string) => relative(root, absolute).split(sep).join('/');
  let letsGo = false;
  const watcher = watch(root, {
    // A folder's watch tells of its files: one watch for each folder, and none for a file.
    ignored: (absolute, stats) => letsGo || stats?.isFile() === true || !watches(pathOf(absolute)),
    ignoreInitial: true,
    followSymlinks: false,
    ignorePermissionErrors: true,
    atomic: false,
  });
  /** Closes the watches of a path. After `unwatch`, chokidar ignores a path until it is added again, so we add it at once, without letting that watch it. */
  const letGo = (absolute: string) => {
    watcher.unwatch(absolute);
    letsGo = true;
    watcher.add(absolute);
    letsGo = false;
  };
  const hint = (path: string) => {
    if (!path.startsWith('../') && watches(path)) onHint(path);
  };
  const restless = createRestless({
    root,
    arm: (folders) => {
      for (const path of knownBelow(watcher.getWatched(), root, folders)) letGo(path);
      watcher.add(folders.map((folder) => join(root, folder)));
    },
    look: hint,
  });

  const ready = Promise.withResolvers<void>();
  watcher.once('ready', ready.resolve);
  watcher.on('all', (event, absolute) => {
    const path = pathOf(absolute);
    hint(path);
    if (event === 'addDir' && !restless.has(path)) restless.follow(path);
  });
  watcher.on('raw', (event, name, details) => {
    for (const path of rawPaths(name, details).map(pathOf)) {
      hint(path);
      if (event === 'rename' && watches(path)) restless.follow(path);
    }
  });
  watcher.on('error', (error) => {
    ready.resolve();
    const code = codeOf(error);
    if (code === 'ENOSPC' || code === 'EMFILE' || code === 'ENFILE') onExhausted(exhaustion(code));
  });
  await ready.promise;
  return {
    [Symbol.asyncDispose]: async () => {
      restless.stop();
      await watcher.close();
    },
  };
}

/** The folders and everything below them that chokidar knows, each once. */
function knownBelow(watched: Record<string, string[]>, root: string, folders: readonly string[]): Set<string> {
  const tops = folders.map((folder) => join(root, folder));
  const known = new Set(tops);
  for (const [folder, names] of Object.entries(watched)) {
    if (!tops.some((top) => folder === top || folder.startsWith(top + sep))) continue;
    known.add(folder);
    for (const name of names) known.add(join(folder, name));
  }
  return known;
}

/** What a raw event may be about: the folder's child of that name, or the folder itself, which is told by its own name when it vanishes. Raw events are neither delayed nor throttled. */
function rawPaths(name: unknown, details: unknown): string[] {
  const watched = (details as { readonly watchedPath: string }).watchedPath;
  if (typeof name !== 'string' || name === '') return [watched];
  return basename(watched) === name ? [watched, join(watched, name)] : [join(watched, name)];
}

function exhaustion(code: string): string {
  return code === 'ENOSPC'
    ? 'the system gives no more watches (raise fs.inotify.max_user_watches)'
    : `the system gives no more open files (${code})`;
}
