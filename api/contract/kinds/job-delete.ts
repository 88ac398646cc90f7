/** Deletes a clean-up job. */
import * as v from 'valibot';
import { JobArg, JobChanged, ToolArg } from '../jobs.ts';
import { defineCommand, whenNotDone } from './kind.ts';

export const jobDelete = defineCommand({
  title: 'Delete a clean-up job',
  summary: 'Takes a job out of the settings of the tool. Its history stays.',
  args: v.strictObject({ tool: ToolArg, job: JobArg }),
  result: JobChanged,
  scope: 'machine',
  lane: 'machine',
  risk: 'write',
  guards: ['rev'],
  about: ['tool', 'job'],
  notice: whenNotDone,
  undo: (_args, { undo, rev }) => undo && { ...undo, ifRev: rev },
  aliases: [{ method: 'DELETE', path: '/v1/machines/:machine/jobs/:job' }],
});
