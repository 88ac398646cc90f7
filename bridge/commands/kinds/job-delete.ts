/** Deletes a clean-up job. */
import type { Job } from '#contract/jobs.ts';
import { checkSettings, entryAt, writeJobs } from '../../jobs/change-jobs.ts';
import { entriesIn } from '../../jobs/describe-job.ts';
import { findJob } from '../../jobs/find-job.ts';
import type { CommandHandler } from '../handler.ts';

export const jobDelete: CommandHandler<'job-delete'> = async (args, context) => {
  const { home, settings, job } = await findJob(context, args);
  checkSettings(settings, context);
  const at = entryAt(settings, job.id);
  const entries = entriesIn(settings).filter((_, index) => index !== at);
  const undo = job.valid ? { kind: 'job-create', args: argsOf(job) } : undefined;
  return await writeJobs(context, { home, settings, job: job.id, entries, undo });
};

/** Args of job-create that make the same job again. */
function argsOf({ tool, id, name, type, config, schedule, enabled, createdAt, lastRun }: Job) {
  const times = { ...(createdAt && { createdAt }), ...(lastRun && { lastRun }) };
  return { tool, id, name, type, daysOld: config.daysOld, schedule, enabled, ...times };
}
