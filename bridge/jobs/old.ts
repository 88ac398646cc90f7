/** The specs and approvals of a project that are old enough for a job. */
import { join } from 'node:path';
import { isPending, parseApproval } from '#contract/approvals/approval.ts';
import { approvalId } from '#contract/approvals/find.ts';
import type { Job, PlanItem } from '#contract/jobs.ts';
import type { TasksMeta } from '#contract/meta.ts';
import { readAt } from '../files/read.ts';
import { decodeUtf8 } from '../formats/front-matter.ts';
import type { ToolHome } from '../projects/homes.ts';
import type { Project } from '../projects/project.ts';
import type { IndexedDocument } from '../watch/indexed-document.ts';
import type { Spec } from '../watch/specs.ts';
import { newestChange } from './newest-change.ts';

/** What is looked for. */
export interface OldWish {
  readonly home: ToolHome;
  /** A valid one. */
  readonly job: Job;
  /** Also approvals that still wait. */
  readonly includePending: boolean;
  readonly now: Date;
}

export interface Old {
  readonly items: readonly PlanItem[];
  /** Sentences on what is left alone because its age cannot be told. */
  readonly unclear: readonly string[];
  /** How many were looked at. */
  readonly processed: number;
}

const dayMs = 24 * 60 * 60_000;

/** The active or archived specs, by the type of the job. */
export async function oldSpecs(wish: OldWish, project: Project): Promise<Old> {
  const { home, job } = wish;
  const archived = job.type === 'cleanup-archived-specs';
  const specs = [...project.specs.all()].filter(
    (spec) => home.formats.includes(spec.format) && spec.archived === archived,
  );
  const items: PlanItem[] = [];
  const unclear: string[] = [];
  for (const spec of specs) {
    const changed = await newestChange(join(project.root, spec.folder));
    if (changed === undefined) unclear.push(`"${spec.spec}" stays: not all of its folder can be looked at.`);
    else if (isOld(wish, changed))
      items.push({ ...itemAt(wish, project, spec.folder, changed), ...ofSpec(project, spec) });
  }
  return { items, unclear, processed: specs.length };
}

/** The approvals; those that still wait only if the plan includes them. */
export async function oldApprovals(wish: OldWish, project: Project): Promise<Old> {
  const approvals = [...project.documents.ofKind('approval')].filter(({ format }) =>
    wish.home.formats.includes(format),
  );
  const found = await Promise.all(approvals.map((document) => oldApproval(wish, project, document)));
  return {
    items: found.filter((each) => typeof each === 'object'),
    unclear: found.filter((each) => typeof each === 'string'),
    processed: approvals.length,
  };
}

/** By the newest of its own times and that of its file; a sentence where it cannot be told. */
async function oldApproval(
  wish: OldWish,
  project: Project,
  { path }: IndexedDocument,
): Promise<PlanItem | string | undefined> {
  const read = await readAt(project.root, path);
  if (read.is === 'absent') return undefined;
  const text = read.is === 'file' && 'rev' in read && read.bytes !== undefined ? decodeUtf8(read.bytes) : undefined;
  const said = text === undefined ? 'It is no readable text.' : parseApproval(text);
  const approval = approvalId(path);
  if (typeof said === 'string' || !('mtime' in read)) return `The approval ${approval} stays: it cannot be read.`;
  const times = [said.createdAt, said.respondedAt].map((time) => Date.parse(time ?? '')).filter(Number.isFinite);
  const changed = Math.max(read.mtime, ...times);
  const pending = isPending(said.status);
  if (!isOld(wish, changed) || (pending && !wish.includePending)) return undefined;
  return { ...itemAt(wish, project, path, changed), approval, ...(pending ? { pending: 1 } : {}) };
}

function isOld({ job, now }: OldWish, changedMs: number): boolean {
  return now.getTime() - changedMs > (job.config.daysOld ?? Number.POSITIVE_INFINITY) * dayMs;
}

function itemAt({ job, now }: OldWish, { id, name }: Project, path: string, changedMs: number): PlanItem {
  const age = Math.floor((now.getTime() - changedMs) / dayMs);
  const why = `Not changed for ${age} days; the job wants over ${job.config.daysOld}.`;
  return { project: id, projectName: name, path, why, age, lastChanged: new Date(changedMs).toISOString() };
}

/** What one should know of a spec before it goes. */
function ofSpec({ documents }: Project, { spec, format, archived, documents: own }: Spec): Partial<PlanItem> {
  const waits = (document: IndexedDocument) =>
    document.spec === spec && document.format === format && isWaiting(document);
  const pending = archived ? 0 : [...documents.ofKind('approval')].filter(waits).length;
  const openTasks = [...own.values()].reduce((sum, document) => sum + openIn(document), 0);
  return {
    spec,
    ...(archived ? { archived: true } : {}),
    ...(pending > 0 ? { pending } : {}),
    ...(openTasks > 0 ? { openTasks } : {}),
  };
}

function isWaiting({ meta }: IndexedDocument): boolean {
  return meta.status === 'pending';
}

function openIn({ kind, meta }: IndexedDocument): number {
  const { tasks } = meta as Partial<TasksMeta>;
  return kind === 'tasks' && tasks !== undefined ? tasks.total - tasks.completed : 0;
}
