/** Describes one clean-up job. */
import * as v from 'valibot';
import { Rev } from '../document.ts';
import { Job, JobArg, ToolArg } from '../jobs.ts';
import { defineQuery } from './kind.ts';

export const jobGet = defineQuery({
  title: 'Describe a clean-up job',
  summary: 'Describes one job, with the rev of the settings that it is kept in.',
  args: v.strictObject({ tool: ToolArg, job: JobArg }),
  result: v.strictObject({ ...Job.entries, rev: Rev }),
  scope: 'machine',
  risk: 'read',
  aliases: [{ method: 'GET', path: '/v1/machines/:machine/jobs/:job' }],
  about: ['tool', 'job'],
});
