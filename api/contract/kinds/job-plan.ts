/** Says what a run of a clean-up job would do now. */
import * as v from 'valibot';
import { Rev } from '../document.ts';
import { Flag, JobArg, JobTool, PlanItem, ToolArg } from '../jobs.ts';
import { defineQuery } from './kind.ts';

export const jobPlan = defineQuery({
  title: 'Plan a run of a job',
  summary:
    'Lists what a run would move to the trash now, the oldest first, and why. Age is that of the newest change, never that of the folder. Nothing is changed.',
  args: v.strictObject({
    tool: ToolArg,
    job: JobArg,
    /** Also approvals that still wait for a decision. */
    includePending: v.optional(Flag, false),
  }),
  result: v.strictObject({
    tool: JobTool,
    job: v.string(),
    items: v.array(PlanItem),
    /** How many more are old enough; a later run takes them. */
    more: v.number(),
    /** Projects that the run leaves alone, by name, and why. */
    skipped: v.array(v.strictObject({ project: v.string(), projectName: v.string(), why: v.string() })),
    /** The `ifRev` of job-run: another one as soon as anything of the plan is different. */
    planRev: Rev,
  }),
  scope: 'machine',
  risk: 'read',
  aliases: [{ method: 'GET', path: '/v1/machines/:machine/jobs/:job/plan' }],
  about: ['tool', 'job'],
});
