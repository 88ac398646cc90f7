/** Keeps a project's index equal to its files: checks its ground, scans everything, and takes what a look found. Call all functions in a turn. */
import { access, constants } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { limits } from '#contract/limits.ts';
import { findingTopics } from '../formats/finding.ts';
import type { LeaveRules } from '../leaving/rules.ts';
import { findingsOf } from './findings.ts';
import { type Ground, identityOf, layoutsText, sameGround, tryGround } from './ground.ts';
import { type Change, type LookDeps, type Looked, lookAtPaths, lookAtScan } from './look.ts';
import { newestFirst } from './newest-first.ts';
import { layoutsNow, noteReviewed } from './reviewed.ts';
import { scanLayouts } from './scan.ts';
import { noteUnreadable, settleUnreadable } from './unreadable.ts';
import { tell, turnTo, turnToPresent, type WatchState } from './watch-state.ts';
import { watchAnew } from './watching.ts';

/** A changed ignore list applies once it has been the same for this long, because an editor may be in the middle of writing it. */
export const rulesSettleMs = 2 * limits.vanishGraceMs;

/** Ms between looks whether what was read has been sent. */
const fullMs = 20;

/** Checks the ground, and scans and watches it again if it has changed. False if the project is away. A root that was replaced by a folder without specs counts as away. `cut`: a scan was not finished. */
export async function stand(watch: WatchState, cut?: { readonly again: boolean }): Promise<boolean> {
  const { root } = watch.options;
  const before = watch.ground;
  const found = await groundNow(watch);
  if (found === undefined || (found.identity !== before?.identity && found.layouts.length === 0)) {
    turnTo(watch, 'away', await whyAway(root, found));
    return false;
  }
  const next = { ...found, rules: believe(watch, found.rules) };
  const isNew = before === undefined || watch.state === 'away' || !sameGround(before, next);
  watch.ground = next;
  turnToPresent(watch);
  // First the watches: what changes behind the scan is heard.
  if (isNew) await whileBusy(watch, () => watch.turns.meanwhile(watchAnew(watch)));
  else if (cut === undefined) return true;
  await scan(watch, cut?.again === true || (before !== undefined && describesOtherwise(before, next)));
  if (isNew) watch.options.onReady?.();
  return true;
}

/** The same for a short look. A long one that it comes into is asked to look at the ground itself, and goes on with the old one until then. */
export async function standBriefly(watch: WatchState): Promise<boolean> {
  if (!watch.busy) return await stand(watch);
  watch.isGroundAsked = true;
  return (await identityOf(watch.options.root)) === watch.ground?.identity;
}

async function groundNow({ options, ground }: WatchState): Promise<Ground | undefined> {
  return await tryGround(options.root, options.readers, options.neverLeaves, ground);
}

async function whileBusy(watch: WatchState, work: () => Promise<unknown>): Promise<void> {
  watch.busy = true;
  try {
    await work();
  } finally {
    watch.busy = false;
  }
}

async function whyAway(root: string, found: Ground | undefined): Promise<string> {
  if (found === undefined) return `${root} is not there`;
  const isReadable = await access(root, constants.R_OK | constants.X_OK).then(
    () => true,
    () => false,
  );
  return isReadable ? `there are no specs in ${root}` : `this user may not read ${root}`;
}

function describesOtherwise(before: Ground, next: Ground): boolean {
  return layoutsText(before) !== layoutsText(next) || before.rules.text !== next.rules.text;
}

function believe(watch: WatchState, rules: LeaveRules): LeaveRules {
  const { ground, rulesSeen, timers, rescan } = watch;
  if (ground === undefined || rules.text === ground.rules.text) return rules;
  const isSame = rulesSeen?.text === rules.text;
  if (isSame && performance.now() - rulesSeen.at >= rulesSettleMs - 1) return rules;
  if (!isSame) watch.rulesSeen = { text: rules.text, at: performance.now() };
  timers.set('rules', rulesSettleMs, rescan);
  return ground.rules;
}

/** Compares all files that may leave with the index. `again` also reads files that seem unchanged. What changes meanwhile is looked at in between, so that a save is not held up. */
export async function scan(watch: WatchState, again: boolean): Promise<void> {
  const { ground } = watch;
  if (ground === undefined) return;
  let isCut = false;
  await whileBusy(watch, async () => {
    isCut = !(await scanGround(watch, ground, again));
  });
  if (isCut && !watch.turns.isStopped()) await stand(watch, { again });
}

/** False where it was not finished: it was stopped, or the ground is another one now. */
async function scanGround(watch: WatchState, ground: Ground, again: boolean): Promise<boolean> {
  const { options, unreadable, turns } = watch;
  const { root } = options;
  const began = performance.now();
  const layouts = layoutsNow(watch, ground).map(({ layout }) => layout);
  const found = await turns.meanwhile(scanLayouts(root, layouts, ground.rules));
  const order = watch.scanned ? found.files : await turns.meanwhile(newestFirst(root, found.files, options.since));
  watch.unread = found.files.size;
  const onSlice = (changes: readonly Change[], read: number) => {
    watch.unread -= read;
    tell(watch, changes);
    noteReviewed(watch);
  };
  let isOver = false;
  const pause = async () => {
    isOver = await letOthers(watch, ground);
  };
  const looked = await lookAtScan(
    { ...lookDeps(watch, ground, again), onSlice, pause, isStopped: () => isOver || turns.isStopped() },
    found,
    order,
  );
  if (isOver || turns.isStopped()) return false;
  const unseen = [...unreadable.keys()].filter((path) => !looked.files.has(path));
  take(watch, { ...looked, vanished: new Set([...looked.vanished, ...unseen]) });
  const findings = await findingsOf({ root, layouts, rules: ground.rules, leftOut: found.leftOut });
  for (const topic of findingTopics)
    options.onCondition(
      topic,
      findings.find((finding) => finding.topic === topic),
    );
  watch.scanMs = performance.now() - began;
  if (watch.whole) return true;
  watch.whole = true;
  watch.isAwaited = false;
  watch.untilWhole.resolve();
  options.onWhole?.();
  return true;
}

/** Lets short looks in; and where what was read waits to go up, all that is read waits too: it would fill the memory, and what somebody saves now would come behind it. Whether the scan is over. */
async function letOthers(watch: WatchState, ground: Ground): Promise<boolean> {
  const { turns, options } = watch;
  await turns.letIn();
  while (!turns.isStopped()) {
    if (watch.isGroundAsked && (await isGroundOther(watch, ground))) return true;
    if (watch.isAwaited || !options.isFull?.()) return false;
    await turns.meanwhile(delay(fullMs));
  }
  return true;
}

async function isGroundOther(watch: WatchState, ground: Ground): Promise<boolean> {
  watch.isGroundAsked = false;
  const found = await groundNow(watch);
  return found === undefined || !sameGround(ground, { ...found, rules: believe(watch, found.rules) });
}

/** The project, for a look. */
export function lookDeps(watch: WatchState, ground: Ground, again = false): LookDeps {
  const { options, index } = watch;
  const { rules, local } = ground;
  const layouts = layoutsNow(watch, ground);
  return { project: options.id, root: options.root, layouts, rules, local, index, bodies: options.bodies, again };
}

/** Reports what a look found. Vanished files are looked at once more after a while, because an editor may be about to write them again. */
export function take(watch: WatchState, looked: Looked): void {
  const { changes, vanished } = looked;
  noteUnreadable(watch, looked);
  if (vanished.size > 0)
    watch.timers.after(limits.vanishGraceMs, () => watch.turns.runSoon(() => confirm(watch, vanished)));
  tell(watch, changes);
  noteReviewed(watch);
}

/** The second look at vanished files: those that are still missing are removed, if the root itself exists. */
async function confirm(watch: WatchState, paths: ReadonlySet<string>): Promise<void> {
  if (!(await standBriefly(watch)) || watch.ground === undefined) return;
  settleGone(watch, await lookAtPaths(lookDeps(watch, watch.ground), paths));
  await settleUnreadable(watch, paths);
}

/** Reports what a look found, and removes vanished files. */
export function settleGone(watch: WatchState, looked: Looked): void {
  const { changes, vanished } = looked;
  noteUnreadable(watch, looked);
  const gone = [...vanished].filter((path) => watch.index.remove(path));
  tell(watch, [...changes, ...gone.map((path) => ({ project: watch.options.id, path }))]);
  noteReviewed(watch);
}
