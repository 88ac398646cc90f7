/** What waits for a person: the notices of all machines, what the kept ones say of themselves, and what was typed on this device. */
import type { Machine } from '#contract/machine.ts';
import type { Notice } from '#contract/notice.ts';
import type { AppState, Draft, Wish } from '../../state/app-state.ts';
import { keptMachines } from '../../state/kept-machines.ts';
import { machinesOf, noticesOf } from '../../state/sorts.ts';
import { markOf, marksOf } from './marks.ts';

export interface NoticeShown {
  readonly key: string;
  readonly notice: Notice;
}

export interface Waiting {
  /** The newest first. */
  readonly notices: readonly NoticeShown[];
  /** Those that the person has put off or dismissed; they count no more. */
  readonly setAside: readonly NoticeShown[];
  readonly machines: readonly Machine[];
  /** Those that say something of themselves, with the next step. */
  readonly saying: readonly Machine[];
  /** Typed here, and not on its way. */
  readonly drafts: readonly Draft[];
  readonly count: number;
}

/** What waits now. */
export function waitingOf(state: AppState, now: number): Waiting {
  const all = machinesOf(state);
  const machines = keptMachines(Object.keys(all), state.visits, now).flatMap((id) => all[id] ?? []);
  const marks = marksOf(state);
  const mine = noticesFor(state);
  const isAside = ({ key, notice }: NoticeShown) => markOf(marks, key, notice, now) !== undefined;
  const notices = mine.filter((one) => !isAside(one));
  const gone = machines.filter(({ status }) => status === 'offline');
  const saying = machines.filter(({ conditions = [] }) => conditions.length > 0);
  const drafts = Object.values(state.drafts)
    .filter((draft) => !isUnderWay(draft, state.wishes))
    .sort((a, b) => b.changedAt - a.changedAt);
  const count = [notices, gone, saying, drafts].reduce((sum, { length }) => sum + length, 0);
  return { notices, setAside: mine.filter(isAside), machines: gone, saying, drafts, count };
}

/** Those that concern the person. A draft speaks for the command that did not bring it to the machine. */
function noticesFor(state: AppState): readonly NoticeShown[] {
  const drafted = new Set(Object.values(state.drafts).map(({ wish }) => wish));
  const me = state.me?.person.id;
  return Object.entries(noticesOf(state))
    .map(([key, notice]) => ({ key, notice }))
    .filter(({ notice }) => notice.for === undefined || notice.for === me)
    .filter(({ notice: { link } }) => link.item !== 'command' || !drafted.has(link.key))
    .sort((a, b) => (a.notice.since < b.notice.since ? 1 : -1));
}

/** When the newest of them began, in ms since 1970; 0 for none. */
export function newestNotice(notices: readonly NoticeShown[]): number {
  return notices.reduce((newest, { notice }) => Math.max(newest, Date.parse(notice.since)), 0);
}

/** The command that was to bring a draft to the machine. */
export function wishOfDraft({ wish }: Draft, wishes: AppState['wishes']): Wish | undefined {
  return wish === undefined ? undefined : wishes.find(({ id }) => id === wish);
}

/** Whether a draft is on its way to the machine. */
export function isUnderWay(draft: Draft, wishes: AppState['wishes']): boolean {
  const state = wishOfDraft(draft, wishes)?.state;
  return state === 'sending' || state === 'queued' || state === 'delivered';
}
