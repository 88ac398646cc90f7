/** Lists the runs of a clean-up job. */
import * as v from 'valibot';
import { JobArg, JobExecution, ToolArg } from '../jobs.ts';
import { limits } from '../limits.ts';
import { defineQuery } from './kind.ts';

/** In a path's query a number is text. */
const Limit = v.pipe(
  v.union([v.number(), v.pipe(v.string(), v.regex(/^\d{1,4}$/), v.transform(Number))]),
  v.integer(),
  v.minValue(1),
  v.maxValue(limits.jobHistoryMax),
);

export const jobHistory = defineQuery({
  title: 'List the runs of a job',
  summary:
    'Lists the runs of a job in the history of its tool, newest first: those of the dashboard and those of Sallyport.',
  args: v.strictObject({ tool: ToolArg, job: JobArg, limit: v.optional(Limit, 50) }),
  result: v.strictObject({ items: v.array(JobExecution) }),
  scope: 'machine',
  risk: 'read',
  aliases: [{ method: 'GET', path: '/v1/machines/:machine/jobs/:job/history' }],
  about: ['tool', 'job'],
});
