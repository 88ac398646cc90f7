/** One project, watched: its index is kept equal to its files by hints, second looks and rescans, and its state is told. Everything that touches the index runs one after the other. */
import { channel } from 'node:diagnostics_channel';
import { limits } from '#contract/limits.ts';
import type { Said } from '../conditions.ts';
import type { FormatReader } from '../formats/format.ts';
import type { NeverLeaves } from '../leaving/never-leaves.ts';
import type { LeaveRules } from '../leaving/rules.ts';
import type { Project } from '../project.ts';
import type { Bodies } from './bodies.ts';
import { createDocumentIndex } from './documents.ts';
import { findingsOf, findingTopics } from './findings.ts';
import { type Ground, isGitList, isStructural, layoutsText, mayMatter, sameGround, tryGround } from './ground.ts';
import { type Change, type Looked, lookAtPaths, lookAtScan } from './look.ts';
import { glanceAt } from './read.ts';
import { scanLayouts } from './scan.ts';
import { createSettle } from './settle.ts';
import { createTimers, createTurns } from './turns.ts';
import { unreadableSaid } from './unreadable.ts';
import { startWatcher } from './watcher.ts';

/** `watched` by events; `polled`: looked at every few seconds, since events are missing; `away`: the root is not there (unmounted?), and its documents stay as they were. */
export type ProjectState = 'watched' | 'polled' | 'away';

export interface ProjectWatchOptions {
  readonly id: string;
  readonly name: string;
  /** Absolute real path. */
  readonly root: string;
  readonly readers: readonly FormatReader[];
  readonly neverLeaves: NeverLeaves;
  readonly bodies: Bodies;
  /** Hears of what changed after the first scan. */
  readonly onChanges: (changes: readonly Change[]) => void;
  /** `poll`: looks every few seconds and watches nothing. */
  readonly watch?: 'events' | 'poll';
  /** Hears of what lasts, by topic, with the next step; undefined: it is over. */
  readonly onCondition: (topic: string, said: Pick<Said, 'title' | 'hint'> | undefined) => void;
  /** Hears of every new state, and of trouble within one. */
  readonly onState: (state: ProjectState, why: string) => void;
  /** From now on every change is seen by an event. */
  readonly onReady?: () => void;
}

export interface ProjectWatch extends AsyncDisposable {
  readonly project: Project;
  state(): ProjectState;
  /** Something may have happened at a path. */
  look(path: string): void;
  /** Compares paths with the disk, without the grace for what vanished: whoever asks knows what happened there. */
  takeIn(paths: readonly string[]): Promise<void>;
  /** Whether there is a file that could not be read at the last look. */
  cannotRead(path: string): boolean;
  /** Compares everything with the disk. */
  rescan(): Promise<void>;
}

/** Hops of a save, for benchmarks: the watcher's hint, and the described change. */
const seen = channel('sallyport:bridge:seen');
const described = channel('sallyport:bridge:described');

const rescanSoonMs = 1000;
/** A list of what may not leave is believed when it reads the same for so long: an editor may be in the middle of writing it. */
const rulesSettleMs = 2 * limits.vanishGraceMs;

/** Scans a project and watches it until disposed; resolves when the first scan is over, or the project is found to be away. */
export async function startProjectWatch(options: ProjectWatchOptions): Promise<ProjectWatch> {
  const { id, name, root } = options;
  const index = createDocumentIndex();
  const timers = createTimers();
  const turns = createTurns((error) => options.onState(state, `a look failed: ${String(error)}`));
  let ground: Ground | undefined;
  let state: ProjectState = 'away';
  let watcher: AsyncDisposable | undefined;
  let scanned = false;
  let exhausted: string | undefined;
  let scanMs = 0;
  let rulesSeen: { readonly text: string; readonly at: number } | undefined;

  const turnTo = (next: ProjectState, why: string) => {
    if (next === state && scanned) return;
    state = next;
    options.onState(next, why);
    if (scanned) planRescan();
  };
  /** Events are missing: why, and what to do about it. */
  const missing = () => {
    if (options.watch === 'poll')
      return { why: '`--watch poll` says so', hint: 'To see changes at once, start the bridge without it.' };
    if (exhausted !== undefined)
      return { why: exhausted, hint: 'To see changes at once, raise the limit and start the bridge again.' };
    if (ground?.silent === undefined) return undefined;
    return {
      why: ground.silent,
      hint: 'To see changes at once, keep the project on a disk of the machine that runs the bridge.',
    };
  };
  const turnToPresent = () => {
    const found = missing();
    const title = `Changes in ${name} are looked for every few seconds: ${found?.why}.`;
    options.onCondition('looked-for', found && { title, hint: found.hint });
    turnTo(found ? 'polled' : 'watched', found ? `${found.why}; looking every few seconds instead` : root);
  };
  const lookDeps = ({ layouts, rules, local }: Ground, again = false) => {
    return { project: id, root, layouts, rules, local, index, bodies: options.bodies, again };
  };
  const tell = (changes: readonly Change[]) => {
    if (!scanned || changes.length === 0) return;
    described.publish(changes);
    options.onChanges(changes);
  };
  const take = (looked: Looked) => {
    const { changes, vanished } = looked;
    noteUnreadable(looked);
    if (vanished.size > 0) timers.after(limits.vanishGraceMs, () => turns.run(() => confirm(vanished)));
    tell(changes);
  };
  /** Since when what cannot be read. */
  const unreadable = new Map<string, Date>();
  const sayUnreadable = () => {
    options.onCondition('unreadable', unreadableSaid(name, unreadable));
  };
  const noteUnreadable = (looked: Looked) => {
    const isFirst = unreadable.size === 0;
    for (const path of looked.files) {
      if (!looked.unreadable.has(path)) unreadable.delete(path);
      else if (!unreadable.has(path)) unreadable.set(path, new Date());
    }
    sayUnreadable();
    if (scanned && isFirst && unreadable.size > 0) planRescan();
  };
  /** What could not be read and is gone, also where it was known to an earlier life of the bridge alone. */
  const settleUnreadable = async (paths: Iterable<string>) => {
    for (const path of paths) {
      if (!unreadable.has(path) || (await glanceAt(root, path)).is !== 'absent') continue;
      unreadable.delete(path);
      if (!index.documents.has(path)) tell([{ project: id, path }]);
    }
    sayUnreadable();
  };
  const watches = (path: string) => ground !== undefined && mayMatter(ground, path);

  /** The second look at what vanished: what is still not there is gone, if the root itself is there. */
  const confirm = async (paths: ReadonlySet<string>) => {
    if (!(await stand()) || ground === undefined) return;
    settleGone(await lookAtPaths(lookDeps(ground), paths));
    await settleUnreadable(paths);
  };
  const settleGone = (looked: Looked) => {
    const { changes, vanished } = looked;
    noteUnreadable(looked);
    const gone = [...vanished].filter((path) => index.remove(path));
    tell([...changes, ...gone.map((path) => ({ project: id, path }))]);
  };

  /** Finds the ground again; false if the project is away. A root replaced by a folder without specs counts as away. */
  const stand = async (): Promise<boolean> => {
    const found = await tryGround(root, options.readers, options.neverLeaves, ground);
    if (found === undefined || (found.identity !== ground?.identity && found.layouts.length === 0)) {
      turnTo('away', found === undefined ? `${root} is not there` : `there are no specs in ${root}`);
      return false;
    }
    const next = { ...found, rules: believe(found.rules) };
    const before = ground;
    const anew = before === undefined || state === 'away' || !sameGround(before, next);
    ground = next;
    turnToPresent();
    if (!anew) return true;
    // First the scan, so that the upload can begin; what changes until the watcher is ready is found by the rescan that follows it.
    await scan(
      before !== undefined && (layoutsText(before) !== layoutsText(next) || before.rules.text !== next.rules.text),
    );
    await watchAnew();
    return true;
  };

  const believe = (rules: LeaveRules): LeaveRules => {
    if (ground === undefined || rules.text === ground.rules.text) return rules;
    const seenLongAgo = rulesSeen?.text === rules.text && performance.now() - rulesSeen.at >= rulesSettleMs - 1;
    if (seenLongAgo) return rules;
    if (rulesSeen?.text !== rules.text) rulesSeen = { text: rules.text, at: performance.now() };
    timers.set('rules', rulesSettleMs, rescan);
    return ground.rules;
  };

  const watchAnew = async () => {
    await watcher?.[Symbol.asyncDispose]();
    watcher = undefined;
    if (exhausted !== undefined) return;
    if (options.watch === 'poll') return options.onReady?.();
    const onHint = (path: string) => {
      seen.publish(path);
      settle.touch(path);
    };
    const starting = startWatcher({ root, watches, onHint, onExhausted });
    watcher = { [Symbol.asyncDispose]: async () => (await starting)[Symbol.asyncDispose]() };
    void starting.then(() =>
      timers.set('soon', 0, async () => {
        await rescan();
        options.onReady?.();
      }),
    );
  };

  const onExhausted = (sentence: string) => {
    if (exhausted !== undefined) return;
    exhausted = sentence;
    void watcher?.[Symbol.asyncDispose]();
    turnToPresent();
  };

  const scan = async (again: boolean): Promise<void> => {
    if (ground === undefined) return;
    const began = performance.now();
    const layouts = ground.layouts.map(({ layout }) => layout);
    const found = await scanLayouts(root, layouts, ground.rules);
    const looked = await lookAtScan(lookDeps(ground, again), found);
    const unseen = [...unreadable.keys()].filter((path) => !looked.files.has(path));
    take({ ...looked, vanished: new Set([...looked.vanished, ...unseen]) });
    const findings = await findingsOf({ root, layouts, rules: ground.rules, leftOut: found.leftOut });
    for (const topic of findingTopics)
      options.onCondition(
        topic,
        findings.find((finding) => finding.topic === topic),
      );
    scanMs = performance.now() - began;
  };

  const rescan = async (): Promise<void> => {
    await turns.run(async () => {
      if (await stand()) await scan(false);
    });
    planRescan();
  };
  const planRescan = () => {
    // No event tells that a folder far above may be read again.
    timers.set(
      'rescan',
      state === 'watched' && unreadable.size === 0 ? limits.rescanMs : Math.max(limits.awayLookMs, 10 * scanMs),
      rescan,
    );
  };

  const lookAt = async (paths: ReadonlySet<string>): Promise<Looked | undefined> => {
    const current = ground;
    if (current === undefined) return undefined;
    // So many at once may have outrun the watcher.
    if (paths.size > limits.stormPathsMax) timers.set('soon', Math.max(rescanSoonMs, 10 * scanMs), rescan);
    const structural = [...paths].some((path) => isStructural(current, path));
    if (structural && !(await stand())) return undefined;
    // What is there to be said of it shows in a look at everything.
    if (structural) timers.set('soon', Math.max(rescanSoonMs, 10 * scanMs), rescan);
    if ([...paths].some(isGitList)) timers.set('git', rulesSettleMs, rescan);
    const documents = [...paths].filter((path) => path !== '' && watches(path));
    return ground && (await lookAtPaths(lookDeps(ground), documents));
  };
  const takeHints = async (paths: ReadonlySet<string>) => {
    const looked = await lookAt(paths);
    if (looked !== undefined) take(looked);
  };
  const settle = createSettle((paths) => turns.run(() => takeHints(paths)));

  await turns.run(stand);
  scanned = true;
  planRescan();
  return {
    project: {
      id,
      name,
      root,
      get layouts() {
        return ground?.layouts.map(({ layout }) => layout) ?? [];
      },
      documents: index.documents,
      specs: index.specs,
    },
    state: () => state,
    look: settle.touch,
    takeIn: (paths) =>
      turns.run(async () => {
        const looked = await lookAt(new Set(paths));
        if (looked === undefined) return;
        // A root that went away meanwhile takes nothing with it.
        if (looked.vanished.size === 0 || (await stand())) settleGone(looked);
      }),
    cannotRead: (path) => unreadable.has(path),
    rescan,
    [Symbol.asyncDispose]: async () => {
      timers.stop();
      settle.stop();
      await turns.stop();
      await watcher?.[Symbol.asyncDispose]();
    },
  };
}
