/** Changes a clean-up job. */
import { checkSchedule, checkSettings, entryAt, writeJobs } from '../../jobs/change-jobs.ts';
import { entriesIn } from '../../jobs/describe-job.ts';
import { findJob } from '../../jobs/find-job.ts';
import { objectIn } from '../../jobs/tool-file.ts';
import type { CommandHandler } from '../handler.ts';

export const jobUpdate: CommandHandler<'job-update'> = async (args, context) => {
  const { home, settings, job } = await findJob(context, args);
  checkSettings(settings, context);
  const { name, schedule, enabled, daysOld } = args;
  if (schedule !== undefined) checkSchedule(schedule, context.now);
  const at = entryAt(settings, job.id);
  const entries = entriesIn(settings).map((entry, index) => {
    if (index !== at) return entry;
    const config = daysOld === undefined ? {} : { config: { ...objectIn(entry, 'config'), daysOld } };
    return { ...entry, ...present({ name, schedule, enabled }), ...config };
  });
  const was = present({
    name: name && job.name,
    schedule: schedule && job.schedule,
    enabled: enabled === undefined ? undefined : job.enabled,
    daysOld: daysOld && job.config.daysOld,
  });
  // What was not valid before cannot be given back by a command.
  const undo = job.valid ? { kind: 'job-update', args: { tool: home.tool, job: job.id, ...was } } : undefined;
  return await writeJobs(context, { home, settings, job: job.id, entries, undo });
};

function present(members: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined));
}
