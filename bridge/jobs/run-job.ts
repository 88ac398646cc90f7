/** A run of a job: all that it does, as effects. It differs from the tool's own on purpose: it knows only watched projects, tells age by the newest change, and moves to the trash what the tool would delete. */
import type { Fields } from '#contract/approvals/approval.ts';
import type { Job } from '#contract/jobs.ts';
import type { ResultOf } from '#contract/kinds/index.ts';
import { limits } from '#contract/limits.ts';
import type { Placed } from '../commands/effects/perform.ts';
import { trashedPath } from '../files/trash.ts';
import type { Project } from '../projects/project.ts';
import { entriesIn } from './describe-job.ts';
import type { Jobs } from './find-job.ts';
import { runsIn } from './history.ts';
import type { Plan } from './plan.ts';
import { fileWith, readToolFile } from './tool-file.ts';

export interface Run {
  /** The moves, then the settings (`lastRun`), then the history: what people look at says that it ran only once it has. */
  readonly effects: readonly Placed[];
  readonly result: ResultOf<'job-run'>;
}

/** Prepares a run of what is planned. Throws as `readToolFile`. */
export async function prepareRun(
  { home, settings, job }: Jobs & { readonly job: Job },
  plan: Plan,
  projects: readonly Project[],
  now: Date,
): Promise<Run> {
  const history = await readToolFile(home, 'job-execution-history.json');
  const moves = plan.items.flatMap(({ project: id, path }) => {
    const place = projects.find((project) => project.id === id);
    return place === undefined ? [] : [{ place, path, trashed: trashedPath(path, now) }];
  });
  const startTime = now.toISOString();
  const result = {
    ...{ run: startTime, tool: home.tool, jobId: job.id, ...(job.name === undefined ? {} : { jobName: job.name }) },
    ...{ success: true, startTime, endTime: startTime, duration: 0 },
    ...{ itemsProcessed: plan.processed, itemsDeleted: moves.length },
    items: moves.map(({ place, path, trashed }) => ({ project: place.id, path, trashed })),
  };
  const entry = { jobId: job.id, jobName: job.name, jobType: job.type, executedAt: startTime };
  const { success, duration, itemsProcessed, itemsDeleted } = result;
  const execution = { ...entry, success, duration, itemsProcessed, itemsDeleted };
  const executions = [execution, ...runsIn(history)].slice(0, limits.jobHistoryMax);
  const automationJobs = withLastRun(entriesIn(settings), job.id, startTime);
  const effects: Placed[] = [
    ...moves.map(({ place, path, trashed }) => ({ place, what: { is: 'trash', from: path, to: trashed } as const })),
    { place: home, what: fileWith(settings, { automationJobs, lastModified: startTime }) },
    { place: home, what: fileWith(history, { executions, lastUpdated: startTime }) },
  ];
  return { effects, result };
}

/** The entries of the settings, one of which has run. */
function withLastRun(entries: readonly Fields[], id: string, lastRun: string): readonly Fields[] {
  const at = entries.findIndex((entry) => entry.id === id);
  return entries.map((entry, index) => (index === at ? { ...entry, lastRun } : entry));
}
