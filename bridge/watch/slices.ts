/** Folders for which there is no watch: they are looked at in turn, a few at a time, so that a look holds up nobody. */
import { dirname } from 'node:path/posix';
import { limits } from '#contract/limits.ts';
import { lookDeps, take } from './keep-index.ts';
import { lookAtFolders } from './look.ts';
import { type Slices, sayPeriod, type WatchState } from './watch-state.ts';

/** A slice takes about this long. */
const sliceMs = 100;
/** Looking takes a tenth of the time at most. */
const rest = 10;
const foldersMin = 16;

/** Plans the next slice, if none is planned. */
export function lookInSlices(watch: WatchState): void {
  const { slices, timers, turns } = watch;
  if (slices.planned) return;
  slices.planned = true;
  timers.after(slices.waitMs, async () => {
    await turns.runSoon(() => lookAtSlice(watch));
    slices.planned = false;
    if (bareOf(watch).size > 0) lookInSlices(watch);
  });
}

function bareOf({ watcher }: WatchState): ReadonlySet<string> {
  return watcher !== undefined && 'bare' in watcher ? watcher.bare : new Set();
}

async function lookAtSlice(watch: WatchState): Promise<void> {
  const { slices, ground, watcher } = watch;
  if (watcher === undefined || !('bare' in watcher)) return;
  const { bare } = watcher;
  slices.left = slices.left.filter((folder) => bare.has(folder));
  if (slices.left.length === 0) beginCycle(watch, bare);
  const folders = slices.left.splice(0, slices.most);
  if (ground === undefined || watch.state === 'away' || folders.length === 0) return;
  const began = performance.now();
  const looked = await lookAtFolders(lookDeps(watch, ground), folders, slices.known, (path) => {
    if (!watcher.has(path)) watcher.follow(path);
  });
  take(watch, looked);
  for (const { path } of looked.changes) await favour(watch, dirname(path));
  // Perhaps with its folder.
  for (const path of looked.vanished) watcher.follow(dirname(path));
  const tookMs = performance.now() - began;
  if (tookMs < sliceMs / 2) slices.most = 2 * slices.most;
  if (tookMs > 2 * sliceMs) slices.most = Math.max(foldersMin, Math.floor(slices.most / 2));
  const share = folders.length / Math.max(1, bare.size);
  slices.waitMs = Math.max(share * limits.awayLookMs, (rest - 1) * tookMs);
  slices.periodMs = Math.max(slices.periodMs, soFarMs(slices, (slices.waitMs + tookMs) / share));
  sayPeriod(watch);
}

/** How long this round takes at least; in the first one, what a slice lets expect. A single slow slice says nothing of a round. */
function soFarMs({ isMeasured, beganAt }: Slices, expectedMs: number): number {
  return isMeasured && beganAt !== undefined ? performance.now() - beganAt : expectedMs;
}

/** Notes what is known of each folder, and begins with the first. */
function beginCycle(watch: WatchState, bare: ReadonlySet<string>): void {
  const { slices, index } = watch;
  const now = performance.now();
  if (slices.beganAt !== undefined) {
    slices.periodMs = now - slices.beganAt;
    slices.isMeasured = true;
  }
  slices.beganAt = now;
  slices.left = [...bare];
  slices.known = Map.groupBy(index.documents.keys(), (path) => dirname(path));
}

/** Where something changed, more will: such a folder is watched, in the place of one in which nothing has changed for long. */
async function favour(watch: WatchState, folder: string): Promise<void> {
  const { watcher } = watch;
  if (watcher === undefined || !('bare' in watcher) || !watcher.bare.has(folder)) return;
  // What changed before its watch was there is found by one more look.
  if (await watcher.favour(folder)) watch.touch(folder);
}
