/** Changes a clean-up job. */
import * as v from 'valibot';
import { DaysOld, JobArg, JobChanged, Schedule, ToolArg } from '../jobs.ts';
import { Line } from './args.ts';
import { defineCommand, whenNotDone } from './kind.ts';

const fields = {
  name: v.optional(Line),
  daysOld: v.optional(DaysOld),
  schedule: v.optional(Schedule),
  enabled: v.optional(v.boolean()),
};

export const jobUpdate = defineCommand({
  title: 'Change a clean-up job',
  summary:
    'Changes the named members of a job in the settings of the tool; all others stay. Its type cannot be changed.',
  args: v.pipe(
    v.strictObject({ tool: ToolArg, job: JobArg, ...fields }),
    v.check(
      (args) => Object.keys(fields).some((name) => Object.hasOwn(args, name)),
      'Name at least one of name, daysOld, schedule and enabled',
    ),
  ),
  result: JobChanged,
  scope: 'machine',
  lane: 'machine',
  risk: 'destroy',
  guards: ['rev'],
  about: ['tool', 'job', 'name', 'schedule'],
  notice: whenNotDone,
  undo: (_args, { undo, rev }) => undo && { ...undo, ifRev: rev },
  aliases: [{ method: 'PUT', path: '/v1/machines/:machine/jobs/:job' }],
});
