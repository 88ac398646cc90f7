/** What was done in each week: tasks, specs, logs and decisions. Pure. */
import type { Document } from '#contract/document.ts';
import type { RecordItem } from '#contract/record.ts';
import { type Counted, tasksDone } from './burndown.ts';
import { dayOf, timeOf, weekOf } from './days.ts';

export interface Week {
  readonly week: number;
  /** Null where nobody can say: before the machine counted, of a project without logs. */
  readonly tasks: number | null;
  readonly specs: number;
  readonly approved: number;
  readonly sentBack: number;
  readonly logs: number;
}

export interface Seen {
  readonly counted: readonly Counted[];
  /** Logs and approvals among them. */
  readonly documents: readonly Document[];
  /** Records of decisions. */
  readonly decisions: readonly RecordItem[];
  /** When specs of LeanSpec were finished. */
  readonly specsDone: readonly number[];
}

/** By week. From when on the machine has counted, tasks are those that it saw; before, those that have a log. */
export function throughput(
  { counted, documents, decisions, specsDone }: Seen,
  weeks: readonly number[],
): readonly Week[] {
  const since = Math.min(...counted.map(({ points }) => points[0]?.[0] ?? Number.POSITIVE_INFINITY));
  const logs = logsOf(documents);
  const logged = firstOfTask(logs).filter((at) => at < since);
  const seen = tasksDone(counted);
  const ends = decidedAt(decisions, documents);
  return weeks.map((week) => {
    const isIn = (at: number) => at >= week && at < dayOf(week, 7);
    const count = (times: readonly number[]) => times.filter(isIn).length;
    const net = seen.filter(({ at }) => isIn(at)).reduce((sum, { count: done }) => sum + done, 0);
    const isUnknown = week < weekOf(since) && logs.length === 0;
    return {
      week,
      tasks: isUnknown ? null : Math.max(0, net) + count(logged),
      specs: count(specsDone),
      approved: count(ends.flatMap(({ at, isApproved }) => (isApproved ? at : []))),
      sentBack: count(ends.flatMap(({ at, isApproved }) => (isApproved ? [] : at))),
      logs: count(logs.map(({ at }) => at)),
    };
  });
}

interface Log {
  readonly task: string;
  readonly at: number;
}

function logsOf(documents: readonly Document[]): readonly Log[] {
  return documents.flatMap(({ kind, meta, spec }) => {
    const at = kind === 'implementation-log' ? timeOf(meta.timestamp) : undefined;
    return at === undefined ? [] : [{ task: `${spec}\n${String(meta.task)}`, at }];
  });
}

/** The first log of each task: it was done then. */
function firstOfTask(logs: readonly Log[]): readonly number[] {
  const first = new Map<string, number>();
  for (const { task, at } of logs) first.set(task, Math.min(at, first.get(task) ?? at));
  return [...first.values()];
}

interface End {
  readonly at: number;
  readonly isApproved: boolean;
}

/** Decisions, each once: by the records, by the approvals that are still there, and by the texts that tools kept when somebody decided. */
export function decidedAt(decisions: readonly RecordItem[], documents: readonly Document[]): readonly End[] {
  const ends = new Map<string, End>();
  const add = (approval: unknown, time: unknown, status: unknown) => {
    const at = timeOf(time);
    if (at === undefined || typeof approval !== 'string' || ends.has(approval)) return;
    ends.set(approval, { at, isApproved: status === 'approved' });
  };
  for (const { state, meta, createdAt } of decisions)
    if (typeof meta.status === 'string' && state !== 'reopened')
      add(meta.approval, meta.responded_at ?? createdAt, meta.status);
  for (const { kind, meta } of documents) {
    if (kind === 'approval' && meta.status !== 'pending') add(meta.id, meta.responded_at, meta.status);
    if (kind === 'snapshots' && (meta.trigger === 'approved' || meta.trigger === 'revision_requested'))
      add(meta.approval, meta.timestamp, meta.trigger);
  }
  return [...ends.values()];
}
