/** Watches the folders of a project: one watch for each, and none for a file. Where there are too few, those folders have one in which something changed last. */
import { lstat, readdir } from 'node:fs/promises';
import { basename, join, relative, sep } from 'node:path';
import { codeOf } from '../files/guard.ts';
import { inFolder } from './describe.ts';
import { isArchive } from './newest-first.ts';
import { createRestless } from './restless.ts';
import { eachBounded } from './scan.ts';
import type { WatchBudget } from './watch-budget.ts';
import { type FolderHears, type FolderWatch, foldersAtOnceMax, watchFolders } from './watch-folder.ts';

export interface WatcherOptions {
  /** Absolute real path. */
  readonly root: string;
  /** Whether a path (relative, with `/`) may matter; other paths are not watched. The root itself is ''. */
  readonly watches: (path: string) => boolean;
  /** Whether a folder is watched before all others: projects and specs begin in it. */
  readonly first: (path: string) => boolean;
  readonly onHint: (path: string) => void;
  /** The watches that may be taken. */
  readonly budget: WatchBudget;
  /** Called when other folders than before are without a watch. */
  readonly onBare: () => void;
}

export interface Watcher extends AsyncDisposable {
  /** Folders for which there is no watch. */
  readonly bare: ReadonlySet<string>;
  /** How many folders have one. */
  count(): number;
  /** Whether a folder is known, with a watch or without. */
  has(path: string): boolean;
  /** A folder came to a path, or it may be gone. */
  follow(path: string): void;
  /** Why there is none for some. */
  why(): string;
  /** Watches a folder without a watch in the place of the one in which nothing has changed for longest. Whether it is watched now. */
  favour(path: string): Promise<boolean>;
}

interface Watched extends WatcherOptions {
  /** By path, the longest without a change first. */
  readonly armed: Map<string, FolderWatch>;
  readonly bare: Set<string>;
  /** Why the system gave no watch. */
  refused: string | undefined;
  heard: (folder: string, event: string, name: string | null) => void;
  isClosed: boolean;
}

const atOnce = 16;

/** Watches until disposed. Resolves when everything that exists is watched, or bare. */
export async function startWatcher(options: WatcherOptions): Promise<Watcher> {
  const { root, onHint, watches } = options;
  const watched: Watched = {
    ...options,
    armed: new Map(),
    bare: new Set(),
    refused: undefined,
    heard: () => undefined,
    isClosed: false,
  };
  const hint = (path: string) => {
    if (watches(path)) onHint(path);
  };
  const restless = createRestless({
    root,
    arm: async (folders) => {
      for (const folder of folders) await armBelow(watched, folder);
    },
    gone: (path) => letGoBelow(watched, path),
    look: hint,
  });
  watched.heard = (folder, event, name) => {
    touched(watched, folder);
    for (const path of pathsOf(root, folder, name)) {
      hint(path);
      if (event === 'rename' && watches(path)) restless.follow(path);
    }
  };
  await armBelow(watched, '');
  if (watched.bare.size > 0) await choose(watched);
  return {
    bare: watched.bare,
    count: () => watched.armed.size,
    has: (path) => watched.armed.has(path) || watched.bare.has(path),
    follow: (path) => {
      if (watches(path)) restless.follow(path);
    },
    why: () => watched.refused ?? options.budget.says,
    favour: (path) => favour(watched, path),
    [Symbol.asyncDispose]: async () => {
      restless.stop();
      watched.heard = () => undefined;
      watched.isClosed = true;
      for (const path of [...watched.armed.keys()]) letGo(watched, path);
    },
  };
}

/** Watches a folder and everything below it anew: a watch belongs to a folder and not to its name. */
async function armBelow(watched: Watched, top: string): Promise<void> {
  const { armed, bare } = watched;
  const found = new Set<string>();
  const bareBefore = bare.size;
  // One that comes meanwhile may be watched already by its own coming.
  const before = [...armed.keys(), ...bare].filter((path) => inFolder(path, top));
  let level = [top];
  while (level.length > 0) {
    const below: string[] = [];
    for (const folder of level) found.add(folder);
    for (let at = 0; at < level.length; at += foldersAtOnceMax) {
      const folders = level.slice(at, at + foldersAtOnceMax);
      // First the watch: what comes after it is heard, and what was there before is listed.
      await arm(watched, folders);
      await eachBounded(folders, atOnce, async (folder) => {
        below.push(...(await foldersIn(watched, folder)));
      });
    }
    level = below;
  }
  for (const path of before) if (!found.has(path)) letGo(watched, path);
  // What has just come will change soon.
  if (top !== '' && bare.has(top)) await favour(watched, top);
  if (bare.size !== bareBefore) watched.onBare();
}

async function foldersIn({ root, watches }: Watched, folder: string): Promise<string[]> {
  // One that is gone, or may not be listed, has none.
  const entries = await readdir(join(root, folder), { withFileTypes: true }).catch(() => []);
  return entries
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => (folder === '' ? name : `${folder}/${name}`))
    .filter(watches);
}

/** Gives folders new watches, and then takes the old ones away, so that nothing goes unheard. */
async function arm(watched: Watched, folders: readonly string[]): Promise<void> {
  const { armed, bare, budget, root } = watched;
  const before = new Set(folders.filter((path) => armed.has(path)));
  const may = folders.filter((path) => {
    if (before.has(path) || budget.take()) return true;
    bare.add(path);
    return false;
  });
  if (may.length === 0) return;
  const begun = await watchFolders(
    may.map((path) => join(root, path)),
    hearsOf(watched),
  );
  for (const path of may) settle(watched, path, begun, !before.has(path));
  // A new watch beside the old one may be one too many: with the old one gone there is room.
  for (const path of before) if (bare.has(path)) await arm(watched, [path]);
}

function settle(watched: Watched, path: string, begun: FolderWatch, isNew: boolean): void {
  const { armed, bare, budget, root } = watched;
  const folder = join(root, path);
  const isWatched = begun.folders.has(folder);
  if (!isWatched) forget(watched, path, begun.refused.get(folder));
  const old = armed.get(path);
  // It could not be watched, or was watched meanwhile by its own coming.
  if (isNew && (!isWatched || old !== undefined || watched.isClosed)) budget.give();
  if (!isWatched) return;
  if (watched.isClosed || (!isNew && old === undefined)) {
    begun.close(folder);
    return;
  }
  armed.delete(path);
  armed.set(path, begun);
  bare.delete(path);
  old?.close(folder);
}

/** The system gives no watch, or the folder is gone, which its parent tells: then it has none any more. */
function forget(watched: Watched, path: string, refusal: unknown): void {
  letGo(watched, path);
  const says = exhaustion(codeOf(refusal));
  if (says === undefined) return;
  watched.refused = says;
  watched.bare.add(path);
}

function hearsOf(watched: Watched): FolderHears {
  const { root, armed } = watched;
  const pathOf = (folder: string) => relative(root, folder).split(sep).join('/');
  return {
    heard: (folder, event, name) => watched.heard(pathOf(folder), event, name),
    failed: (folder) => {
      const path = pathOf(folder);
      // A new one beside it is not meant.
      if (armed.get(path)?.folders.has(folder) === false) letGo(watched, path);
      watched.heard(path, 'rename', null);
    },
  };
}

function letGo({ armed, bare, budget, root }: Watched, path: string): void {
  const watch = armed.get(path);
  bare.delete(path);
  if (watch === undefined) return;
  armed.delete(path);
  watch.close(join(root, path));
  budget.give();
}

/** A path that is no folder any more. */
function letGoBelow(watched: Watched, top: string): void {
  const { armed, bare } = watched;
  if (!armed.has(top) && !bare.has(top)) return;
  for (const path of [...armed.keys(), ...bare]) if (inFolder(path, top)) letGo(watched, path);
}

/** Of more folders than watches, those get one in which something changed last. */
async function choose(watched: Watched): Promise<void> {
  const { armed, bare, root, first } = watched;
  const changedAt = new Map<string, number>();
  const all = [...armed.keys(), ...bare];
  await eachBounded(all, atOnce, async (path) => {
    const stats = await lstat(join(root, path)).catch(() => undefined);
    changedAt.set(path, isArchive(path) ? 0 : (stats?.mtimeMs ?? 0));
  });
  const rank = (path: string) => (first(path) ? Number.POSITIVE_INFINITY : (changedAt.get(path) ?? 0));
  const order = all.sort((a, b) => (rank(a) === rank(b) ? a.length - b.length : rank(b) - rank(a)));
  const chosen = order.slice(0, armed.size);
  for (const path of order.slice(chosen.length)) {
    letGo(watched, path);
    bare.add(path);
  }
  // The newest last, which is where what changes goes.
  for (const path of chosen.reverse()) {
    if (armed.has(path)) touched(watched, path);
    else await arm(watched, [path]);
  }
}

async function favour(watched: Watched, path: string): Promise<boolean> {
  const { bare, armed, first } = watched;
  if (!bare.has(path)) return armed.has(path);
  await arm(watched, [path]);
  if (armed.has(path)) return true;
  const oldest = armed.keys().find((each) => !first(each));
  if (oldest === undefined) return false;
  letGo(watched, oldest);
  bare.add(oldest);
  await arm(watched, [path]);
  return armed.has(path);
}

/** Something changed in a watched folder. */
function touched({ armed }: Watched, path: string): void {
  const watcher = armed.get(path);
  if (watcher === undefined) return;
  armed.delete(path);
  armed.set(path, watcher);
}

/** What an event may be about: the folder's child of that name, or the folder itself, which is told by its own name when it vanishes. */
function pathsOf(root: string, folder: string, name: string | null): string[] {
  if (name === null || name === '') return [folder];
  const child = (folder === '' ? name : `${folder}/${name}`).replaceAll('\\', '/');
  return basename(join(root, folder)) === name ? [folder, child] : [child];
}

function exhaustion(code: string | undefined): string | undefined {
  if (code === 'ENOSPC') return 'the system gives no more watches (raise fs.inotify.max_user_watches)';
  return code === 'EMFILE' || code === 'ENFILE' ? `the system gives no more open files (${code})` : undefined;
}
