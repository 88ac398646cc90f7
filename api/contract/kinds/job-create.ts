/** Makes a clean-up job. */
import * as v from 'valibot';
import { DaysOld, JobArg, JobChanged, JobType, Schedule, ToolArg } from '../jobs.ts';
import { Line } from './args.ts';
import { defineCommand, whenNotDone } from './kind.ts';

export const jobCreate = defineCommand({
  title: 'Make a clean-up job',
  summary:
    'Adds a job to the settings of the tool. An enabled job is run by the dashboard of the tool at its next start, in all of its projects, and deletes permanently.',
  args: v.strictObject({
    tool: ToolArg,
    name: Line,
    type: JobType,
    daysOld: DaysOld,
    schedule: Schedule,
    enabled: v.optional(v.boolean(), false),
    /** For the undo of a deletion: the job as it was. */
    id: v.optional(JobArg),
    createdAt: v.optional(v.pipe(v.string(), v.maxLength(40), v.isoTimestamp())),
    lastRun: v.optional(v.pipe(v.string(), v.maxLength(40), v.isoTimestamp())),
  }),
  result: JobChanged,
  scope: 'machine',
  lane: 'machine',
  risk: 'destroy',
  guards: ['rev'],
  about: ['tool', 'name', 'type', 'schedule'],
  notice: whenNotDone,
  undo: (_args, { undo, rev }) => undo && { ...undo, ifRev: rev },
  aliases: [{ method: 'POST', path: '/v1/machines/:machine/jobs' }],
});
