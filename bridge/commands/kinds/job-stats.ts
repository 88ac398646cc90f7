/** Sums up the last runs of a clean-up job. */
import type { JobExecution } from '#contract/jobs.ts';
import { findJob } from '../../jobs/find-job.ts';
import { historyOf } from '../../jobs/history.ts';
import type { QueryHandler } from '../handler.ts';

/** As the tool does. */
const runsCounted = 100;

export const jobStats: QueryHandler<'job-stats'> = async (args, machine) => {
  const { home, job } = await findJob(machine, args);
  const runs = await historyOf(home, job.id, runsCounted);
  const successful = runs.filter(({ success }) => success).length;
  const sum = (of: (run: JobExecution) => number) => runs.reduce((total, run) => total + of(run), 0);
  const count = Math.max(runs.length, 1);
  return {
    totalExecutions: runs.length,
    successfulExecutions: successful,
    failedExecutions: runs.length - successful,
    successRate: (100 * successful) / count,
    totalItemsDeleted: sum(({ itemsDeleted }) => itemsDeleted),
    avgDuration: sum(({ duration = 0 }) => duration) / count,
    lastExecution: runs[0] ?? null,
  };
};
