/** Describes one clean-up job. */
import { findJob } from '../../jobs/find-job.ts';
import type { QueryHandler } from '../handler.ts';

export const jobGet: QueryHandler<'job-get'> = async (args, machine) => {
  const { job, settings } = await findJob(machine, args);
  return { ...job, rev: settings.rev };
};
