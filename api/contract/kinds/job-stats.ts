/** Sums up the last runs of a clean-up job. */
import * as v from 'valibot';
import { JobArg, JobExecution, ToolArg } from '../jobs.ts';
import { defineQuery } from './kind.ts';

export const jobStats = defineQuery({
  title: 'Sum up the runs of a job',
  summary: 'Sums up the last 100 runs of a job.',
  args: v.strictObject({ tool: ToolArg, job: JobArg }),
  result: v.strictObject({
    totalExecutions: v.number(),
    successfulExecutions: v.number(),
    failedExecutions: v.number(),
    /** Percent. */
    successRate: v.number(),
    totalItemsDeleted: v.number(),
    /** Ms. */
    avgDuration: v.number(),
    lastExecution: v.nullable(JobExecution),
  }),
  scope: 'machine',
  risk: 'read',
  aliases: [{ method: 'GET', path: '/v1/machines/:machine/jobs/:job/stats' }],
  about: ['tool', 'job'],
});
