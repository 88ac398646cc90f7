/** What was open on each day: tasks as the machine has counted them, specs of LeanSpec as their files say it. Pure. */
import * as v from 'valibot';
import type { RecordItem } from '#contract/record.ts';
import { ProgressPoint } from '#contract/records/progress.ts';
import { metaOf } from '../document-meta.ts';
import type { Spec } from '../specs/spec-groups.ts';
import { dayOf, daysBetween, timeOf } from './days.ts';

/** The state at the end of a day. */
export interface Day {
  readonly day: number;
  readonly all: number;
  readonly open: number;
}

export interface Burndown {
  /** When the count begins, ms since 1970. */
  readonly since: number;
  readonly days: readonly Day[];
}

/** The tasks of a spec over time. */
export interface Counted {
  readonly spec: string;
  readonly points: readonly ProgressPoint[];
}

/** What the machine has counted. A record that says something else is left out. */
export function countedIn(records: readonly RecordItem[]): readonly Counted[] {
  return records.flatMap(({ meta }) => {
    const points = v.safeParse(v.pipe(v.array(ProgressPoint), v.minLength(1)), meta.points);
    return points.success ? [{ spec: String(meta.spec), points: points.output }] : [];
  });
}

/** Undefined where nothing was counted. */
export function tasksDown(counted: readonly Counted[], now: number): Burndown | undefined {
  if (counted.length === 0) return undefined;
  const since = Math.min(...counted.map(({ points }) => points[0]?.[0] ?? now));
  const days = daysBetween(since, now).map((day) => {
    const until = dayOf(day, 1);
    const states = counted.flatMap(({ points }) => {
      const point = points.findLast(([at]) => at < until);
      return point === undefined ? [] : [{ total: point[1], done: point[2] }];
    });
    const all = states.reduce((sum, { total }) => sum + total, 0);
    const open = states.reduce((sum, { total, done }) => sum + total - done, 0);
    return { day, all, open };
  });
  return { since, days };
}

/** Tasks done from one point to the next, with the time at which that was seen; a task that was opened again is taken off. */
export function tasksDone(counted: readonly Counted[]): readonly { readonly at: number; readonly count: number }[] {
  return counted.flatMap(({ points }) =>
    points.slice(1).map(([at, , done], before) => ({ at, count: done - (points[before]?.[2] ?? 0) })),
  );
}

/** When a spec began, and from when on it was open or finished. */
interface Life {
  readonly begins: number;
  readonly turns: readonly { readonly at: number; readonly isOpen: boolean }[];
}

const isFinished = (status: string) => status === 'complete' || status === 'archived';

/** Undefined where its file does not say when it began, or when it was finished. */
export function lifeOf({ main, status }: Pick<Spec, 'main' | 'status'>): Life | undefined {
  const meta = metaOf(main);
  if (meta.is !== 'spec') return undefined;
  const noted = meta.transitions
    .flatMap((turn) => ({ at: timeOf(turn.at) ?? Number.NaN, isOpen: !isFinished(turn.status) }))
    .filter(({ at }) => Number.isFinite(at))
    .sort((a, b) => a.at - b.at);
  const { created_at, created, completed_at, completed } = main.meta;
  const begins = timeOf(created_at) ?? timeOf(created) ?? noted[0]?.at;
  if (begins === undefined) return undefined;
  const isOpen = !isFinished(status);
  if ((noted.at(-1)?.isOpen ?? true) === isOpen) return { begins, turns: noted };
  // The file was finished by hand, without noting the change.
  const finishedAt = timeOf(completed_at) ?? timeOf(completed);
  if (isOpen || finishedAt === undefined) return undefined;
  return { begins, turns: [...noted, { at: finishedAt, isOpen: false }] };
}

/** The specs that say when they began and ended. Undefined where none does. */
export function specsDown(lives: readonly Life[], now: number): Burndown | undefined {
  if (lives.length === 0) return undefined;
  const since = Math.min(...lives.map(({ begins }) => begins));
  const days = daysBetween(since, now).map((day) => {
    const until = dayOf(day, 1);
    const begun = lives.filter(({ begins }) => begins < until);
    const open = begun.filter(({ turns }) => turns.findLast(({ at }) => at < until)?.isOpen ?? true);
    return { day, all: begun.length, open: open.length };
  });
  return { since, days };
}

/** When specs were finished. */
export function specsDone(lives: readonly Life[]): readonly number[] {
  return lives.flatMap(({ turns }) =>
    turns.flatMap(({ at, isOpen }, place) => (!isOpen && (turns[place - 1]?.isOpen ?? true) ? at : [])),
  );
}
