/** The only file that watches. One watch a folder (one for the whole tree where the system can), none a file. It gives hints (something happened at this path) and nothing more: what really stands there is always looked up, so that no event has to be right. */
import { type FSWatcher, watch } from 'node:fs';
import { lstat, readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { limits } from '#contract/limits.ts';
import { codeOf } from '../files/guard.ts';
import { inFolder } from './describe.ts';
import { eachBounded } from './scan.ts';

export interface WatcherOptions {
  /** Absolute real path. */
  readonly root: string;
  /** Whether a path (relative, `/` between) may matter; what does not is not watched. The root itself is ''. */
  readonly watches: (path: string) => boolean;
  readonly onHint: (path: string) => void;
  /** The system gives no (more) watches; the sentence says why. Hints may be missing from now on. */
  readonly onExhausted: (sentence: string) => void;
}

const atOnce = 16;
/** macOS and Windows watch a whole tree at once, and an open folder would keep Windows from renaming those above it. */
const wholeTree = process.platform === 'darwin' || process.platform === 'win32';

/** Watches until disposed; resolves when everything there now is being watched. */
export async function startWatcher({ root, watches, onHint, onExhausted }: WatcherOptions): Promise<AsyncDisposable> {
  const armed = new Map<string, FSWatcher>();
  /** What appeared or vanished a moment ago. A watch belongs to a folder and not to its name: what was made anew under the name is armed again. */
  const restless = new Set<string>();
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;

  const hint = (path: string) => {
    if (!stopped && watches(path)) onHint(path);
  };
  const hear = (folder: string, event: string, name: string | null) => {
    const under = (name ?? '').replaceAll('\\', '/');
    const path = folder === '' || under === '' ? folder + under : `${folder}/${under}`;
    hint(path);
    // A folder that goes away itself tells of it by its own name.
    const itself = under === basename(join(root, folder)) ? [folder] : [];
    for (const of of itself) hint(of);
    if (event === 'rename') for (const of of [path, ...itself]) follow(of);
  };
  const armOne = (folder: string) => {
    try {
      const watcher = watch(join(root, folder), { recursive: wholeTree }, (event, name) => hear(folder, event, name));
      watcher.on('error', () => watcher.close());
      armed.get(folder)?.close();
      armed.set(folder, watcher);
      if (stopped) watcher.close();
    } catch (error) {
      const code = codeOf(error);
      if (!stopped && (code === 'ENOSPC' || code === 'EMFILE' || code === 'ENFILE')) onExhausted(exhaustion(code));
    }
  };
  /** Watches a folder and all below it. First the watch, then the look at what is in it, so that nothing slips between. */
  const arm = async (top: string) => {
    let level = [top];
    while (level.length > 0 && !stopped) {
      const below: string[] = [];
      await eachBounded(level, atOnce, async (folder) => {
        armOne(folder);
        if (!wholeTree) below.push(...(await foldersIn(root, folder)).filter(watches));
      });
      level = below;
    }
  };
  const disarm = (top: string) => {
    if (!armed.has(top)) return;
    for (const [folder, watcher] of armed) {
      if (!inFolder(folder, top)) continue;
      watcher.close();
      armed.delete(folder);
    }
  };
  const armAgain = async (path: string) => {
    if (!watches(path) || stopped) return;
    const stats = await lstat(join(root, path)).catch(() => undefined);
    disarm(path);
    if (!stats?.isDirectory()) return;
    await arm(path);
    hint(path);
  };
  /** At once, and once more when it has come to rest. */
  const follow = (path: string) => {
    if (stopped || !watches(path) || (wholeTree && path !== '')) return;
    if (!restless.has(path)) void armAgain(path);
    restless.add(path);
    timer ??= setTimeout(async () => {
      timer = undefined;
      const paths = [...restless];
      restless.clear();
      await eachBounded(paths, atOnce, armAgain);
    }, limits.watchAgainMs);
  };

  await arm('');
  return {
    [Symbol.asyncDispose]: async () => {
      stopped = true;
      clearTimeout(timer);
      for (const watcher of armed.values()) watcher.close();
      armed.clear();
    },
  };
}

async function foldersIn(root: string, folder: string): Promise<string[]> {
  const entries = await readdir(join(root, folder), { withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => (folder === '' ? name : `${folder}/${name}`));
}

function exhaustion(code: string): string {
  return code === 'ENOSPC'
    ? 'the system gives no more watches (raise fs.inotify.max_user_watches)'
    : `the system gives no more open files (${code})`;
}
