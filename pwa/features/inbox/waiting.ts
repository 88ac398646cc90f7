/** Notices that concern the person: those that wait, and those that were set aside. */
import type { Notice } from '#contract/notice.ts';
import type { AppState } from '../../state/app-state.ts';
import { noticesOf } from '../../state/facts/sorts.ts';
import { markOf, marksOf } from './marks.ts';

export interface NoticeShown {
  readonly key: string;
  readonly notice: Notice;
}

export interface Notices {
  /** The newest first. */
  readonly waiting: readonly NoticeShown[];
  /** Put off or dismissed by the person. */
  readonly setAside: readonly NoticeShown[];
}

/** As they are now. */
export function noticesFor(state: AppState, now: number): Notices {
  const marks = marksOf(state);
  const drafted = new Set(Object.values(state.drafts).map(({ wish }) => wish));
  const me = state.me?.person.id;
  const mine = Object.entries(noticesOf(state))
    .map(([key, notice]) => ({ key, notice }))
    .filter(({ notice }) => notice.for === undefined || notice.for === me)
    // A draft speaks for the command that did not bring it to the machine.
    .filter(({ notice: { link } }) => link.item !== 'command' || !drafted.has(link.key))
    .sort((a, b) => (a.notice.since < b.notice.since ? 1 : -1));
  const isAside = ({ key, notice }: NoticeShown) => markOf(marks, key, notice, now) !== undefined;
  return { waiting: mine.filter((one) => !isAside(one)), setAside: mine.filter(isAside) };
}

/** When the newest of them began, in ms since 1970; 0 for none. */
export function newestNotice(notices: readonly NoticeShown[]): number {
  return notices.reduce((newest, { notice }) => Math.max(newest, Date.parse(notice.since)), 0);
}
