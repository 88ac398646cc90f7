/** Folders that appeared, or came again under their name: a watch belongs to a folder and not to its name. */
import { lstat } from 'node:fs/promises';
import { join } from 'node:path';
import { limits } from '#contract/limits.ts';
import { inFolder } from './describe.ts';
import { eachBounded } from './scan.ts';
import { createTimers, type Timers } from './turns.ts';

export interface Restless {
  has(path: string): boolean;
  /** Something appeared or vanished at a path. */
  follow(path: string): void;
  stop(): void;
}

export interface RestlessOptions {
  readonly root: string;
  /** Watches folders and everything below them again. */
  readonly arm: (folders: readonly string[]) => Promise<void>;
  /** There is no folder at a path any more. */
  readonly gone: (path: string) => void;
  readonly look: (path: string) => void;
}

interface Followed extends RestlessOptions {
  readonly timers: Timers;
  /** By path, whether more happened there since it was followed. */
  readonly restless: Map<string, boolean>;
  /** What is begun with the next moment. */
  batch: string[];
  stopped: boolean;
}

const atOnce = 16;

/** Follows such folders: they are armed again a moment later and once more when they have come to rest, and looked at after each. */
export function createRestless(options: RestlessOptions): Restless {
  const followed: Followed = { ...options, timers: createTimers(), restless: new Map(), batch: [], stopped: false };
  return {
    has: (path) => followed.restless.has(path),
    follow: (path) => follow(followed, path),
    stop: () => {
      followed.stopped = true;
      followed.timers.stop();
    },
  };
}

function follow(followed: Followed, path: string): void {
  const { restless, timers, batch } = followed;
  const isKnown = restless.has(path);
  restless.set(path, isKnown);
  if (!isKnown && batch.push(path) === 1) timers.after(limits.watchMomentMs, () => begin(followed));
}

async function begin(followed: Followed): Promise<void> {
  const { timers, look } = followed;
  const paths = followed.batch;
  followed.batch = [];
  const folders = await armAgain(followed, paths);
  const found = new Set(folders);
  rest(
    followed,
    paths.filter((path) => !found.has(path)),
  );
  if (folders.length === 0) return;
  timers.after(limits.watchAgainMs, async () => {
    await armAgain(followed, folders);
    // Changes while it was being watched again gave no event.
    timers.after(limits.watchAgainMs, () => folders.forEach(look));
    rest(followed, folders);
  });
}

/** Arms those of the paths that are folders, and looks at them; resolves to them. */
async function armAgain(followed: Followed, paths: readonly string[]): Promise<string[]> {
  const { root, arm, gone, look } = followed;
  const folders: string[] = [];
  await eachBounded(paths, atOnce, async (path) => {
    const stats = await lstat(join(root, path)).catch(() => undefined);
    if (stats?.isDirectory()) folders.push(path);
    else gone(path);
  });
  if (followed.stopped) return [];
  if (folders.length > 0) await arm(topmost(folders));
  for (const folder of folders) look(folder);
  return folders;
}

/** Follows no longer what has come to rest, and anew where more happened meanwhile. */
function rest(followed: Followed, paths: readonly string[]): void {
  for (const path of paths) {
    const again = followed.restless.get(path);
    followed.restless.delete(path);
    if (again) follow(followed, path);
  }
}

function topmost(folders: readonly string[]): string[] {
  const tops: string[] = [];
  for (const folder of [...folders].sort((a, b) => a.length - b.length))
    if (!tops.some((top) => inFolder(folder, top))) tops.push(folder);
  return tops;
}
