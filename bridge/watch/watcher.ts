/** The only chokidar. It gives hints (something happened at this path) and nothing more: what really stands there is always looked up, so that no event has to be right. */
import { basename, join, relative, sep } from 'node:path';
import { watch } from 'chokidar';

export interface WatcherOptions {
  /** Absolute real path. */
  readonly root: string;
  /** Whether a path (relative, `/` between) may matter; what does not is not watched. The root itself is ''. */
  readonly watches: (path: string) => boolean;
  readonly onHint: (path: string) => void;
  /** The system gives no (more) watches; the sentence says why. Hints may be missing from now on. */
  readonly onExhausted: (sentence: string) => void;
}

/** Watches until disposed; resolves when everything there now is being watched. */
export async function startWatcher({ root, watches, onHint, onExhausted }: WatcherOptions): Promise<AsyncDisposable> {
  const pathOf = (absolute: string) => relative(root, absolute).split(sep).join('/');
  const hint = (absolute: string) => {
    const path = pathOf(absolute);
    if (!path.startsWith('../') && watches(path)) onHint(path);
  };
  const watcher = watch(root, {
    ignored: (absolute) => !watches(pathOf(absolute)),
    ignoreInitial: true,
    followSymlinks: false,
    ignorePermissionErrors: true,
    atomic: false,
  });
  const ready = Promise.withResolvers<void>();
  watcher.once('ready', ready.resolve);
  watcher.on('all', (_event, absolute) => hint(absolute));
  watcher.on('raw', (_event, name, details) => hint(rawPath(name, details)));
  watcher.on('error', (error) => {
    ready.resolve();
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ENOSPC' || code === 'EMFILE' || code === 'ENFILE') onExhausted(exhaustion(code));
  });
  await ready.promise;
  return { [Symbol.asyncDispose]: () => watcher.close() };
}

/** A folder's watch names the child, a file's watch names the file itself. Raw events come undelayed and are never throttled. */
function rawPath(name: unknown, details: unknown): string {
  const watched = (details as { readonly watchedPath: string }).watchedPath;
  if (typeof name !== 'string' || name === '' || basename(watched) === name) return watched;
  return join(watched, name);
}

function exhaustion(code: string): string {
  return code === 'ENOSPC'
    ? 'the system gives no more watches (raise fs.inotify.max_user_watches)'
    : `the system gives no more open files (${code})`;
}
