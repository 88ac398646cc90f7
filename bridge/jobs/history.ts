/** The history that a tool keeps of the runs of its jobs. */
import type { Fields } from '#contract/approvals/approval.ts';
import type { JobExecution } from '#contract/jobs.ts';
import { limits } from '#contract/limits.ts';
import type { ToolHome } from '../projects/homes.ts';
import { listIn, numberIn, readToolFile, type ToolFile, textIn } from './tool-file.ts';

/** The runs of a job, newest first. Throws as `readToolFile`. */
export async function historyOf(home: ToolHome, job: string, count: number): Promise<JobExecution[]> {
  const all = runsIn(await readToolFile(home, 'job-execution-history.json')).flatMap(executionOf);
  const own = all.filter(({ jobId }) => jobId === job);
  return own.toSorted((a, b) => (a.executedAt < b.executedAt ? 1 : -1)).slice(0, count);
}

/** The runs as they are written; the tool may have been about to cut them. */
export function runsIn(history: ToolFile): readonly Fields[] {
  return listIn(history, 'executions', 2 * limits.jobHistoryMax);
}

function executionOf(entry: Fields): JobExecution[] {
  const [jobId, executedAt] = [textIn(entry, 'jobId'), textIn(entry, 'executedAt')];
  if (jobId === undefined || executedAt === undefined) return [];
  const texts = { jobName: textIn(entry, 'jobName'), jobType: textIn(entry, 'jobType'), error: textIn(entry, 'error') };
  const duration = numberIn(entry, 'duration');
  return [
    {
      jobId,
      executedAt,
      success: entry.success === true,
      itemsProcessed: numberIn(entry, 'itemsProcessed') ?? 0,
      itemsDeleted: numberIn(entry, 'itemsDeleted') ?? 0,
      ...(duration === undefined ? {} : { duration }),
      ...Object.fromEntries(Object.entries(texts).filter(([, text]) => text !== undefined)),
    },
  ];
}
