/** Lists the runs of a clean-up job. */
import { findJob } from '../../jobs/find-job.ts';
import { historyOf } from '../../jobs/history.ts';
import type { QueryHandler } from '../handler.ts';

export const jobHistory: QueryHandler<'job-history'> = async (args, machine) => {
  const { home, job } = await findJob(machine, args);
  return { items: await historyOf(home, job.id, args.limit) };
};
