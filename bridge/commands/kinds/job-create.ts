/** Makes a clean-up job. */
import { Problem } from '#contract/problems.ts';
import { randomId } from '../../approvals/snapshots.ts';
import { checkSchedule, checkSettings, writeJobs } from '../../jobs/change-jobs.ts';
import { entriesIn } from '../../jobs/describe-job.ts';
import { homeOf } from '../../jobs/find-job.ts';
import { readToolFile } from '../../jobs/tool-file.ts';
import type { CommandHandler } from '../handler.ts';

export const jobCreate: CommandHandler<'job-create'> = async (args, context) => {
  const { tool, name, type, daysOld, schedule, enabled, lastRun } = args;
  const { id = `job-${randomId()}`, createdAt = context.now.toISOString() } = args;
  const home = homeOf(context, tool);
  const settings = await readToolFile(home, 'settings.json');
  const before = entriesIn(settings);
  checkSettings(settings, context);
  checkSchedule(schedule, context.now);
  if (before.some((entry) => entry.id === id)) throw new Problem('edit-refused', `There is a job "${id}" already.`);
  const job = { id, name, type, enabled, config: { daysOld }, schedule, ...(lastRun && { lastRun }), createdAt };
  const undo = { kind: 'job-delete', args: { tool: home.tool, job: id } };
  return await writeJobs(context, { home, settings, job: id, entries: [...before, job], undo });
};
