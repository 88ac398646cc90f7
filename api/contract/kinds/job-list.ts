/** Lists the clean-up jobs of a machine. */
import * as v from 'valibot';
import { IfRev } from '../command.ts';
import { Job, JobTool, ToolArg } from '../jobs.ts';
import { defineQuery } from './kind.ts';

export const jobList = defineQuery({
  title: 'List the clean-up jobs',
  summary:
    'Lists the jobs that spec-workflow or spec-context keeps on the machine: whether each is valid, when it is due, and who would run it. `rev` of the settings guards commands on jobs.',
  args: v.strictObject({ tool: ToolArg }),
  result: v.strictObject({
    items: v.array(Job),
    /** The rev of the settings, where only one tool is asked. */
    rev: v.optional(IfRev),
    tools: v.array(
      v.strictObject({
        tool: JobTool,
        rev: v.optional(IfRev),
        /** Whether its dashboard runs now. */
        dashboard: v.boolean(),
        /** Why its settings cannot be read. */
        problem: v.optional(v.string()),
      }),
    ),
  }),
  scope: 'machine',
  risk: 'read',
  aliases: [{ method: 'GET', path: '/v1/machines/:machine/jobs' }],
  about: ['tool'],
});
