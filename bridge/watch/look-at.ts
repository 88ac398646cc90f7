/** Looks at some paths of a project: those that the watcher named, and those that the bridge has changed itself. Call both in a turn. */
import { limits } from '#contract/limits.ts';
import { isGitList, isStructural } from './ground.ts';
import { lookDeps, rulesSettleMs, settleGone, stand, take } from './keep-index.ts';
import { type Looked, lookAtPaths } from './look.ts';
import { rescanSoon, type WatchState } from './watch-state.ts';
import { mattersTo } from './watching.ts';

/** Looks at what the watcher named; what vanished has a grace. */
export async function takeHints(watch: WatchState, paths: ReadonlySet<string>): Promise<void> {
  const looked = await lookAt(watch, paths);
  if (looked !== undefined) take(watch, looked);
}

/** Looks at what the bridge has changed itself: what vanished is gone. */
export async function takeOwn(watch: WatchState, paths: ReadonlySet<string>): Promise<void> {
  const looked = await lookAt(watch, paths);
  if (looked === undefined) return;
  // A root that went away meanwhile takes nothing with it.
  if (looked.vanished.size === 0 || (await stand(watch))) settleGone(watch, looked);
}

async function lookAt(watch: WatchState, paths: ReadonlySet<string>): Promise<Looked | undefined> {
  const before = watch.ground;
  if (before === undefined) return undefined;
  const isStorm = paths.size > limits.stormPathsMax;
  const structural = [...paths].some((path) => isStructural(before, path));
  if (structural && !(await stand(watch))) return undefined;
  // A storm may have outrun the watcher; and what there is to say of another structure shows in a look at everything.
  if (isStorm || structural) rescanSoon(watch);
  if ([...paths].some(isGitList)) watch.timers.set('git', rulesSettleMs, watch.rescan);
  const documents = [...paths].filter((path) => path !== '' && mattersTo(watch, path));
  return watch.ground && (await lookAtPaths(lookDeps(watch, watch.ground), documents));
}
