/** Runs a clean-up job. */
import * as v from 'valibot';
import { Flag, JobArg, JobTool, ToolArg } from '../jobs.ts';
import { limits } from '../limits.ts';
import { defineCommand, whenNotDone } from './kind.ts';

export const jobRun = defineCommand({
  title: 'Run a clean-up job',
  summary:
    'Moves to the trash what the plan lists, if the plan is still the same. Active specs must be named in `confirm`. The run enters the history of the tool.',
  args: v.strictObject({
    tool: ToolArg,
    job: JobArg,
    /** The names of all active specs in the plan. */
    confirm: v.optional(v.pipe(v.array(v.pipe(v.string(), v.maxLength(255))), v.maxLength(limits.jobItemsMax)), []),
    /** As the plan was asked. */
    includePending: v.optional(Flag, false),
  }),
  result: v.strictObject({
    /** When it began, as the trash names it. */
    run: v.string(),
    tool: JobTool,
    jobId: v.string(),
    jobName: v.optional(v.string()),
    success: v.boolean(),
    startTime: v.string(),
    endTime: v.string(),
    duration: v.number(),
    itemsProcessed: v.number(),
    itemsDeleted: v.number(),
    /** What was moved, and where it lies now: `trashed` is what trash-restore takes. */
    items: v.array(v.strictObject({ project: v.string(), path: v.string(), trashed: v.string() })),
    error: v.optional(v.string()),
  }),
  scope: 'machine',
  lane: 'machine',
  risk: 'destroy',
  guards: ['state'],
  about: ['tool', 'job'],
  argsBytesMax: limits.listCommandBytesMax,
  notice: whenNotDone,
  // A run over several projects is taken back project by project.
  undo: (_args, { items }) => {
    const [project, ...others] = new Set(items.map((item) => item.project));
    if (project === undefined || others.length > 0) return undefined;
    return { kind: 'trash-restore', args: { project, items: items.map(({ trashed }) => trashed) } };
  },
  aliases: [{ method: 'POST', path: '/v1/machines/:machine/jobs/:job/run' }],
});
