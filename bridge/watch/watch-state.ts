/** The state of a watched project, its reports, and the plan of the next full scan. */
import { channel } from 'node:diagnostics_channel';
import { limits } from '#contract/limits.ts';
import type { Said } from '../conditions.ts';
import type { FormatReader } from '../formats/format.ts';
import type { NeverLeaves } from '../leaving/never-leaves.ts';
import type { Bodies } from './bodies.ts';
import type { DocumentIndex, OnHeld } from './documents.ts';
import type { Ground } from './ground.ts';
import type { Change } from './pass.ts';
import type { Timers, Turns } from './turns.ts';
import type { WatchBudget } from './watch-budget.ts';
import type { Watcher } from './watcher.ts';

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
  /** Called at each change of the index, also during the first scan. */
  readonly onHeld?: OnHeld;
  /** Whether so many changes wait to be sent that reading pauses. */
  readonly isFull?: () => boolean;
  /** Called with changes after the first scan. */
  readonly onChanges: (changes: readonly Change[]) => void;
  /** `poll`: scans every few seconds instead of watching. */
  readonly watch?: 'events' | 'poll';
  /** The watches that may be taken. */
  readonly watches: WatchBudget;
  /** Called with a condition, by topic, with the next step; undefined when it is over. */
  readonly onCondition: (topic: string, said: Pick<Said, 'title' | 'hint'> | undefined) => void;
  /** Called with every new state, and with errors within one. */
  readonly onState: (state: ProjectState, why: string) => void;
  /** Called when everything was read for the first time. */
  readonly onWhole?: () => void;
  /** Called when everything is watched. */
  readonly onReady?: () => void;
}

/** How folders without a watch are looked at: some at a time, again and again. */
export interface Slices {
  /** How many there are, of how many folders, and why. */
  bare: number;
  of: number;
  why: string;
  planned: boolean;
  /** Those of this round that were not looked at yet, and the documents of each folder when it began. */
  left: string[];
  known: ReadonlyMap<string, readonly string[]>;
  beganAt: number | undefined;
  /** How many go at once, and how long until the next. */
  most: number;
  waitMs: number;
  /** How long a round takes: an estimate until the first one is over. */
  periodMs: number;
  /** Whether a round is over. */
  isMeasured: boolean;
}

/** Change `index` and `ground` only in a turn of `turns`. */
export interface WatchState {
  readonly options: ProjectWatchOptions;
  readonly index: DocumentIndex;
  readonly timers: Timers;
  readonly turns: Turns;
  /** Files that cannot be read, and since when. */
  readonly unreadable: Map<string, Date>;
  /** Folders that could not be listed at the last scan. */
  closed: readonly string[];
  /** Something may have happened at a path. */
  readonly touch: (path: string) => void;
  /** Looks at folders without a watch, from now on. */
  readonly lookInSlices: () => void;
  /** Looks at the files that approvals ask about; call it in a turn. */
  readonly lookAtReviewed: () => Promise<void>;
  /** Those at the last look. */
  reviewedSeen: ReadonlySet<string>;
  /** Compares everything with the disk, in a turn. */
  readonly rescan: () => Promise<void>;
  ground: Ground | undefined;
  state: ProjectState;
  watcher: Watcher | AsyncDisposable | undefined;
  /** Whether a long look is under way, which short ones may interrupt. */
  busy: boolean;
  /** Whether that one is to look at the ground behind its slice: it is begun again on another ground. */
  isGroundAsked: boolean;
  /** Folders without a watch, and how they are looked at. */
  readonly slices: Slices;
  /** Whether the first scan is over. */
  scanned: boolean;
  /** Whether a scan went through: what is not in the index is not there. */
  whole: boolean;
  /** Whether somebody waits for that. */
  isAwaited: boolean;
  /** Resolves with that. */
  readonly untilWhole: PromiseWithResolvers<void>;
  /** Whether changes are told: after the first scan, or while it goes on where that takes long. */
  tells: boolean;
  /** Files of the current scan that were not read yet and are new; undefined before they were listed. */
  unread: number | undefined;
  /** The rules by which all documents were described (`descriptionText`); undefined while they are described anew. */
  describedBy: string | undefined;
  /** How long the last scan took. */
  scanMs: number;
  /** How often changes are looked for, as it was said last; 0 before. */
  saidMs: number;
  /** New rules that were read and do not apply yet. */
  rulesSeen: { readonly text: string; readonly at: number } | undefined;
}

/** The described change, for benchmarks. */
const described = channel('sallyport:bridge:described');

const rescanSoonMs = 1000;
/** The topic of what is said where there are too few watches. */
export const fewWatches = 'few-watches';

/** Reports changes, if somebody wants them already. */
export function tell({ tells, options }: WatchState, changes: readonly Change[]): void {
  if (!tells || changes.length === 0) return;
  described.publish(changes);
  options.onChanges(changes);
}

/** Sets a new state and reports why. */
export function turnTo(watch: WatchState, next: ProjectState, why: string): void {
  if (next === watch.state && watch.scanned) return;
  watch.state = next;
  watch.options.onState(next, why);
  if (watch.scanned) planRescan(watch);
}

/** The root exists: the project is watched, or polled if events are missing. */
export function turnToPresent(watch: WatchState): void {
  const found = missingEvents(watch);
  sayPeriod(watch);
  const instead = `looking${found?.at ?? ''} ${everyText(saidPeriodMs(watch))} instead`;
  turnTo(watch, found ? 'polled' : 'watched', found ? `${found.why}; ${instead}` : watch.options.root);
}

/** Says how often changes are looked for, where events are missing: how long a look takes decides. */
export function sayPeriod(watch: WatchState): void {
  const { name, onCondition } = watch.options;
  const found = missingEvents(watch);
  const title = `Changes in ${found?.of ?? ''}${name} are looked for ${everyText(saidPeriodMs(watch))}: ${found?.why}.`;
  const said = found && { title, hint: found.hint };
  onCondition(fewWatches, found?.at === undefined ? undefined : said);
  onCondition('looked-for', found?.at === undefined ? said : undefined);
}

/** Looking takes a tenth of the time at most. */
function periodMs(watch: WatchState): number {
  if (missingEvents(watch)?.at !== undefined) return Math.max(limits.awayLookMs, watch.slices.periodMs);
  return Math.max(limits.awayLookMs, 10 * watch.scanMs);
}

function saidPeriodMs(watch: WatchState): number {
  watch.saidMs = steadyMs(watch.saidMs, periodMs(watch));
  return watch.saidMs;
}

/** The period to say: no shorter than it is, and the one that was said where it is at most twice as long. Pure. */
export function steadyMs(said: number, now: number): number {
  return now > said || now < said / 2 ? now : said;
}

/** "every few seconds", "every 40 seconds", "every 3 minutes": so rough that it is seldom another one. Pure. */
export function everyText(ms: number): string {
  if (ms < 15_000) return 'every few seconds';
  return ms < 90_000 ? `every ${Math.ceil(ms / 10_000)}0 seconds` : `every ${Math.ceil(ms / 60_000)} minutes`;
}

/** Why events are missing, and what to do about it; undefined if they are not. */
function missingEvents({ options, slices, ground }: WatchState): Missing | undefined {
  if (options.watch === 'poll')
    return { why: '`--watch poll` says so', hint: 'To see changes at once, start the bridge without it.' };
  if (ground?.silent !== undefined)
    return {
      why: ground.silent,
      hint: 'To see changes at once, keep the project on a disk of the machine that runs the bridge.',
    };
  if (slices.bare === 0) return undefined;
  const { bare, of, why } = slices;
  const some = `${bare.toLocaleString('en')} of ${of.toLocaleString('en')} folders`;
  const hint = 'Folders in which something changed last are watched. To see all changes at once, raise the limit.';
  return { why, hint, at: ` at ${some}`, of: `${some} of ` };
}

interface Missing {
  readonly why: string;
  readonly hint: string;
  /** Which folders, where events of the others come. */
  readonly at?: string;
  readonly of?: string;
}

/** Plans the next full scan, which finds changes without events. */
export function planRescan(watch: WatchState): void {
  const { state, unreadable, timers, rescan } = watch;
  if (state === 'polled') sayPeriod(watch);
  // There is no event when a folder further up becomes readable again. Folders without a watch are looked at in slices.
  const isSeen = (state === 'watched' || missingEvents(watch)?.at !== undefined) && unreadable.size === 0;
  timers.set('rescan', isSeen ? limits.rescanMs : periodMs(watch), rescan);
}

/** Plans a full scan within seconds. */
export function rescanSoon({ timers, scanMs, rescan }: WatchState): void {
  timers.set('soon', Math.max(rescanSoonMs, 10 * scanMs), rescan);
}
