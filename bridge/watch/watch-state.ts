/** The state of a watched project: what is known of it now, what is said of it, and when everything is looked at again. */
import { channel } from 'node:diagnostics_channel';
import { limits } from '#contract/limits.ts';
import type { Said } from '../conditions.ts';
import type { FormatReader } from '../formats/format.ts';
import type { NeverLeaves } from '../leaving/never-leaves.ts';
import type { Bodies } from './bodies.ts';
import type { DocumentIndex } from './documents.ts';
import type { Ground } from './ground.ts';
import type { Change } from './look.ts';
import type { Timers, Turns } from './turns.ts';

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

/** Whoever changes the index, or what is known of the ground, does so in a turn of `turns`. */
export interface WatchState {
  readonly options: ProjectWatchOptions;
  readonly index: DocumentIndex;
  readonly timers: Timers;
  readonly turns: Turns;
  /** Files that cannot be read, and since when. */
  readonly unreadable: Map<string, Date>;
  /** Something may have happened at a path. */
  readonly touch: (path: string) => void;
  /** Compares everything with the disk, in a turn. */
  readonly rescan: () => Promise<void>;
  ground: Ground | undefined;
  state: ProjectState;
  watcher: AsyncDisposable | undefined;
  /** The first scan is over: from now on changes are told. */
  scanned: boolean;
  /** Why the system gives no more watches. */
  exhausted: string | undefined;
  /** How long the last scan took. */
  scanMs: number;
  /** Rules that were read and are not believed yet. */
  rulesSeen: { readonly text: string; readonly at: number } | undefined;
}

/** The described change, for benchmarks. */
const described = channel('sallyport:bridge:described');

const rescanSoonMs = 1000;

/** Tells of changes, once the first scan is over. */
export function tell({ scanned, options }: WatchState, changes: readonly Change[]): void {
  if (!scanned || changes.length === 0) return;
  described.publish(changes);
  options.onChanges(changes);
}

/** Notes a new state and says why. */
export function turnTo(watch: WatchState, next: ProjectState, why: string): void {
  if (next === watch.state && watch.scanned) return;
  watch.state = next;
  watch.options.onState(next, why);
  if (watch.scanned) planRescan(watch);
}

/** The root is there: it is watched, or looked at where events are missing. */
export function turnToPresent(watch: WatchState): void {
  const { name, root, onCondition } = watch.options;
  const found = missingEvents(watch);
  const title = `Changes in ${name} are looked for every few seconds: ${found?.why}.`;
  onCondition('looked-for', found && { title, hint: found.hint });
  turnTo(watch, found ? 'polled' : 'watched', found ? `${found.why}; looking every few seconds instead` : root);
}

/** Why events are missing, and what to do about it; undefined where they are not. */
function missingEvents({ options, exhausted, ground }: WatchState) {
  if (options.watch === 'poll')
    return { why: '`--watch poll` says so', hint: 'To see changes at once, start the bridge without it.' };
  if (exhausted !== undefined)
    return { why: exhausted, hint: 'To see changes at once, raise the limit and start the bridge again.' };
  if (ground?.silent === undefined) return undefined;
  return {
    why: ground.silent,
    hint: 'To see changes at once, keep the project on a disk of the machine that runs the bridge.',
  };
}

/** Plans the next look at everything, which mends what no event told of. */
export function planRescan({ state, unreadable, timers, scanMs, rescan }: WatchState): void {
  // No event tells that a folder far above may be read again.
  const isSeen = state === 'watched' && unreadable.size === 0;
  timers.set('rescan', isSeen ? limits.rescanMs : Math.max(limits.awayLookMs, 10 * scanMs), rescan);
}

/** Plans a look at everything within seconds. */
export function rescanSoon({ timers, scanMs, rescan }: WatchState): void {
  timers.set('soon', Math.max(rescanSoonMs, 10 * scanMs), rescan);
}
