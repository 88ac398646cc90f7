/** Keeps a project's index equal to its files: checks its ground, scans everything, and takes what a look found. Call all functions in a turn. */
import { access, constants } from 'node:fs/promises';
import { setTimeout as delay, setImmediate as immediate } from 'node:timers/promises';
import { limits } from '#contract/limits.ts';
import { findingTopics } from '../formats/finding.ts';
import type { LeaveRules } from '../leaving/rules.ts';
import { createPackedPaths, type PackedPaths, type PathSet } from '../packed/path-set.ts';
import type { DocumentIndex } from './documents.ts';
import { findingsOf } from './findings.ts';
import { descriptionText, type Ground, identityOf, sameGround, tryGround } from './ground.ts';
import { lookAtKnown, lookAtPaths, lookAtScan } from './look.ts';
import { newestFirst } from './newest-first.ts';
import type { Change, LookDeps, Looked } from './pass.ts';
import { createQuick } from './quick.ts';
import { layoutsNow, noteReviewed } from './reviewed.ts';
import { closedIn, scanLayouts } from './scan.ts';
import { noteUnreadable, settleUnreadable } from './unreadable.ts';
import { tell, turnTo, turnToPresent, type WatchState } from './watch-state.ts';
import { watchAnew } from './watching.ts';

/** A changed ignore list applies once it has been the same for this long, because an editor may be in the middle of writing it. */
export const rulesSettleMs = 2 * limits.vanishGraceMs;

/** Ms between looks whether what was read has been sent. */
const fullMs = 20;

/** Checks the ground, and scans and watches it again if it has changed. False if the project is away. A root that was replaced by a folder without specs counts as away. `isCut`: a scan was not finished. */
export async function stand(watch: WatchState, isCut = false): Promise<boolean> {
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
  // From now on some are described by other rules than the rest.
  if (watch.describedBy !== descriptionText(next)) watch.describedBy = undefined;
  turnToPresent(watch);
  // What changed while the bridge was away comes before the watches of very many folders.
  const isKnown = isNew && !watch.whole && watch.index.documents.size > 0 && !readsAgain(watch, next);
  if (isKnown) await whileBusy(watch, () => lookAtLast(watch, next));
  if (watch.turns.isStopped()) return false;
  // First the watches: what changes behind the last scan is heard.
  if (isNew) await whileBusy(watch, () => watch.turns.meanwhile(watchAnew(watch)));
  else if (!isCut) return true;
  // What has changed of the ground before its watches were there, nobody has heard.
  watch.isGroundAsked ||= isNew;
  await scan(watch);
  if (isNew) watch.options.onReady?.();
  return true;
}

/** The same for a short look. A long one that it comes into is asked to look at the ground itself, and goes on with the old one until then. */
export async function standBriefly(watch: WatchState): Promise<boolean> {
  if (!watch.busy) return await stand(watch);
  watch.isGroundAsked = true;
  return watch.ground !== undefined && (await isThere(watch, watch.ground));
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

function believe(watch: WatchState, rules: LeaveRules): LeaveRules {
  const { ground, rulesSeen, timers, rescan } = watch;
  if (ground === undefined || rules.text === ground.rules.text) return rules;
  const isSame = rulesSeen?.text === rules.text;
  if (isSame && performance.now() - rulesSeen.at >= rulesSettleMs - 1) return rules;
  if (!isSame) watch.rulesSeen = { text: rules.text, at: performance.now() };
  timers.set('rules', rulesSettleMs, rescan);
  return ground.rules;
}

/** Looks at the documents that the last run had, without listing the folders. What is new or gone is found by the scan behind it, which also sees whether the ground is another one. */
async function lookAtLast(watch: WatchState, ground: Ground): Promise<void> {
  const { changes } = await lookAtKnown(longLook(watch, ground, false).deps);
  tell(watch, changes);
}

/** Compares all files that may leave with the index. Files that seem unchanged are read too where the rules of description have changed. What changes meanwhile is looked at in between, so that a save is not held up. */
export async function scan(watch: WatchState): Promise<void> {
  const { ground } = watch;
  if (ground === undefined) return;
  let isCut = false;
  await whileBusy(watch, async () => {
    isCut = !(await scanGround(watch, ground));
  });
  if (isCut && !watch.turns.isStopped()) await stand(watch, isCut);
}

/** False where it was not finished: it was stopped, or the ground is another one now, or none. */
async function scanGround(watch: WatchState, ground: Ground): Promise<boolean> {
  if (watch.isGroundAsked && (await isGroundOther(watch, ground))) return false;
  const { options, unreadable, turns, index } = watch;
  const { root } = options;
  const began = performance.now();
  watch.unread = undefined;
  const layouts = layoutsNow(watch, ground).map(({ layout }) => layout);
  const again = readsAgain(watch, ground);
  const mayLeave = (path: string) => !again && index.documents.has(path);
  const sooner = { quick: createQuick(ground.local), mayLeave };
  const found = await turns.meanwhile(scanLayouts(root, layouts, ground.rules, sooner));
  // It may be a part of what there was.
  if (!(await isThere(watch, ground))) return false;
  watch.closed = closedIn(found);
  if (!again) watch.describedBy = descriptionText(ground);
  const { order, hasRead } = await inOrder(watch, found.files, again);
  const { deps, isCut } = longLook(watch, ground, again, hasRead);
  const looked = await lookAtScan(deps, found, order);
  // Of a root that went away meanwhile, nobody may have told: on a network, say.
  if (isCut() || !(await isThere(watch, ground))) return false;
  watch.describedBy = descriptionText(ground);
  const unseen = [...unreadable.keys()].filter((path) => !looked.files.has(path));
  await takeScanned(watch, { ...looked, vanished: new Set([...looked.vanished, ...unseen]) });
  const findings = await findingsOf({ root, layouts, rules: ground.rules, leftOut: found.leftOut });
  for (const topic of findingTopics)
    options.onCondition(
      topic,
      findings.find((finding) => finding.topic === topic),
    );
  watch.scanMs = performance.now() - began;
  if (watch.whole) return true;
  await watch.lookAtReviewed();
  watch.whole = true;
  watch.isAwaited = false;
  watch.untilWhole.resolve();
  options.onWhole?.();
  return true;
}

/** The project, for a look at all of it, which tells what it finds while it goes on and lets others in; and whether it ended before its end. */
function longLook(watch: WatchState, ground: Ground, again: boolean, hasRead?: (fresh: number) => void) {
  let isOver = false;
  const isCut = () => isOver || watch.turns.isStopped();
  const onSlice = (changes: readonly Change[], fresh: number) => {
    hasRead?.(fresh);
    tell(watch, changes);
    noteReviewed(watch);
  };
  const pause = async () => {
    isOver = await letOthers(watch, ground);
  };
  return { deps: { ...lookDeps(watch, ground, again), onSlice, pause, isStopped: isCut }, isCut };
}

/** What went while the bridge was away is gone with the first scan: whoever waits for that shall not see it. */
async function takeScanned(watch: WatchState, looked: Looked): Promise<void> {
  if (watch.whole || looked.vanished.size === 0) return take(watch, looked);
  take(watch, { ...looked, vanished: new Set() });
  await watch.turns.meanwhile(delay(limits.vanishGraceMs));
  if (!watch.turns.isStopped()) await confirm(watch, looked.vanished);
}

/** Whether files that seem unchanged are read too: their documents are from other rules, or from an earlier run and a file system whose times say little. */
function readsAgain({ index, describedBy, whole }: WatchState, ground: Ground): boolean {
  if (index.documents.size === 0) return false;
  return describedBy !== descriptionText(ground) || (!whole && ground.silent !== undefined);
}

/** The files of a scan in the order in which they are looked at; `hasRead` hears of how many that were new. */
async function inOrder(watch: WatchState, files: PackedPaths, again: boolean) {
  const { options, turns, index } = watch;
  const isLong = !watch.scanned && (again || index.documents.size === 0);
  const fresh = newIn(files, index);
  const order = isLong ? await turns.meanwhile(newestFirst(options.root, files, index.stampOf)) : files;
  watch.unread = fresh.size;
  const hasRead = (count: number) => {
    watch.unread = (watch.unread ?? 0) - count;
  };
  return { order: newFirst(order, fresh, files.size), hasRead };
}

/** Those that are not known; none is copied where none is known. */
function newIn(files: PackedPaths, { documents }: DocumentIndex): PathSet {
  if (documents.size === 0) return files;
  const fresh = createPackedPaths();
  for (const path of files) if (!documents.has(path)) fresh.add(path);
  return fresh;
}

/** What is new comes first: the relay may have it, from a bridge that was killed before it noted that. */
function newFirst(order: Iterable<string>, fresh: PathSet, all: number): Iterable<string> {
  if (fresh.size === 0 || fresh.size === all) return order;
  return sorted();

  function* sorted() {
    yield* fresh;
    for (const path of order) if (!fresh.has(path)) yield path;
  }
}

/** Lets others do something, first of all short looks; and where what was read waits to go up, all that is read waits too: it would fill the memory, and what somebody saves now would come behind it. Whether the scan is over. */
async function letOthers(watch: WatchState, ground: Ground): Promise<boolean> {
  const { turns, options } = watch;
  await immediate();
  await turns.letIn();
  while (!turns.isStopped()) {
    if (watch.isGroundAsked && (await isGroundOther(watch, ground))) return true;
    if (watch.isAwaited || !options.isFull?.()) return false;
    await turns.meanwhile(delay(fullMs));
  }
  return true;
}

async function isThere({ options }: WatchState, { identity }: Ground): Promise<boolean> {
  return (await identityOf(options.root)) === identity;
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
