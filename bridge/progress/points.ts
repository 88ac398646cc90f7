/** The progress of one spec over time, as points. Pure: without clock and files. */
import { createHash } from 'node:crypto';
import * as v from 'valibot';
import type { Document } from '#contract/document.ts';
import { limits } from '#contract/limits.ts';
import type { TasksMeta } from '#contract/meta.ts';
import type { RecordTold } from '#contract/record.ts';
import { ProgressPoint } from '#contract/records/progress.ts';

/** What is counted of the tasks file of one active spec. */
export const Counted = v.object({
  project: v.string(),
  path: v.string(),
  spec: v.string(),
  ended: v.boolean(),
  points: v.pipe(v.array(ProgressPoint), v.minLength(1)),
});
export type Counted = v.InferOutput<typeof Counted>;

const hourMs = 60 * 60_000;
const dayMs = 24 * hourMs;

/** The counts of a tasks file: its tasks, or its boxes where none has a number. Undefined where it has neither, or is archived. */
export function countsOf({ kind, meta }: Pick<Document, 'kind' | 'meta'>): readonly [number, number] | undefined {
  const { tasks, checklist, archived } = meta as Partial<TasksMeta>;
  if (kind !== 'tasks' || archived === true) return undefined;
  if (tasks !== undefined && tasks.total > 0) return [tasks.total, tasks.completed];
  return checklist && [checklist.total, checklist.done];
}

/** The same object where the counts are those of the last point. */
export function withCounts(before: Counted, [total, done]: readonly [number, number], now: number): Counted {
  const last = before.points.at(-1);
  if (!before.ended && last?.[1] === total && last[2] === done) return before;
  return { ...before, ended: false, points: withPoint(before.points, [now, total, done]) };
}

/** Its tasks file is not among the active ones any more: what was open will not be done. */
export function whenEnded(before: Counted, now: number): Counted {
  if (before.ended) return before;
  const done = before.points.at(-1)?.[2] ?? 0;
  return { ...before, ended: true, points: withPoint(before.points, [now, done, done]) };
}

/** One point an hour is enough. The first one stays, since all is counted from it. */
function withPoint(points: readonly ProgressPoint[], point: ProgressPoint): ProgressPoint[] {
  const last = points.at(-1);
  const isSameHour = points.length > 1 && last !== undefined && isIn(hourMs, last, point);
  const all = [...(isSameHour ? points.slice(0, -1) : points), point];
  if (all.length <= limits.progressPointsMax) return all;
  const daily = all.filter((each, at) => {
    const next = all[at + 1];
    return at === 0 || next === undefined || !isIn(dayMs, each, next);
  });
  return [...daily.slice(0, 1), ...daily.slice(1).slice(1 - limits.progressPointsMax)];
}

function isIn(span: number, [a]: ProgressPoint, [b]: ProgressPoint): boolean {
  return Math.floor(a / span) === Math.floor(b / span);
}

/** What the relay is told. */
export function recordOf({ project, path, spec, ended, points }: Counted): RecordTold {
  return {
    id: `progress-${createHash('sha256').update(`${project}\n${path}`).digest('base64url').slice(0, 24)}`,
    kind: 'progress',
    project,
    title: spec,
    state: ended ? 'ended' : 'counted',
    meta: { spec, path, points },
  };
}
