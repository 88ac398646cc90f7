/** Looks at some paths of a project: those from the watcher's hints, and those that the bridge has changed itself. Call both in a turn. */
import { limits } from '#contract/limits.ts';
import { layoutOf } from './describe.ts';
import { isGitList, isStructural } from './ground.ts';
import { lookDeps, rulesSettleMs, settleGone, standBriefly, take } from './keep-index.ts';
import { lookAtFiles, lookAtPaths } from './look.ts';
import type { Looked } from './pass.ts';
import { rescanSoon, type WatchState } from './watch-state.ts';
import { mattersTo } from './watching.ts';

/** Looks at paths from hints. Vanished files are looked at once more later. */
export async function takeHints(watch: WatchState, paths: ReadonlySet<string>): Promise<void> {
  const looked = await lookAt(watch, paths);
  if (looked !== undefined) take(watch, looked);
}

/** Looks at paths that the bridge has changed itself. Vanished files are removed at once. */
export async function takeOwn(watch: WatchState, paths: ReadonlySet<string>): Promise<void> {
  const looked = await lookAt(watch, paths);
  if (looked === undefined) return;
  // If the root itself is gone, its documents stay.
  if (looked.vanished.size === 0 || (await standBriefly(watch))) settleGone(watch, looked);
}

/** Looks at the files under review, and again every second while there are some: such a file may lie in any folder, and editors replace files. */
export async function lookAtReviewed(watch: WatchState): Promise<void> {
  const { index, ground, timers, reviewedSeen, turns } = watch;
  const files = new Set([...reviewedSeen, ...index.reviewed.keys()]);
  watch.reviewedSeen = new Set(index.reviewed.keys());
  if (ground === undefined || files.size === 0) return;
  const outside = [...files].filter((path) => layoutOf(ground.layouts, path) === undefined);
  if (outside.length > 0) take(watch, await lookAtFiles(lookDeps(watch, ground), outside));
  timers.set('reviewed', limits.reviewedLookMs, () => turns.runSoon(() => lookAtReviewed(watch)));
}

async function lookAt(watch: WatchState, paths: ReadonlySet<string>): Promise<Looked | undefined> {
  const before = watch.ground;
  if (before === undefined) return undefined;
  const isStorm = paths.size > limits.stormPathsMax;
  const structural = [...paths].some((path) => isStructural(before, path));
  if (structural && !(await standBriefly(watch))) return undefined;
  // The watcher may have missed changes in a storm; and findings about a changed structure need a full scan.
  if (isStorm || structural) rescanSoon(watch);
  if ([...paths].some(isGitList)) watch.timers.set('git', rulesSettleMs, watch.rescan);
  const documents = [...paths].filter((path) => path !== '' && mattersTo(watch, path));
  return watch.ground && (await lookAtPaths(lookDeps(watch, watch.ground), documents));
}
