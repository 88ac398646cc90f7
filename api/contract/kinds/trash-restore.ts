/** Brings back what was moved to the trash. */
import * as v from 'valibot';
import { Path } from '../document.ts';
import { JobArg } from '../jobs.ts';
import { limits } from '../limits.ts';
import { ProjectArg } from './args.ts';
import { defineCommand, whenNotDone } from './kind.ts';

export const trashRestore = defineCommand({
  title: 'Restore from the trash',
  summary:
    'Moves files and folders from the trash to where they were. Refused where something else is there now; then none of them moves.',
  args: v.strictObject({
    project: ProjectArg,
    /** What results call `trashed`. */
    /** The job whose run moved them, where its path names it. */
    job: v.optional(JobArg),
    items: v.pipe(v.array(Path), v.minLength(1), v.maxLength(limits.jobItemsMax)),
  }),
  result: v.strictObject({
    items: v.array(v.strictObject({ trashed: v.string(), path: v.string() })),
  }),
  scope: 'project',
  lane: 'project',
  risk: 'write',
  guards: [],
  about: ['project'],
  argsBytesMax: limits.textCommandBytesMax,
  notice: whenNotDone,
  aliases: [
    { method: 'POST', path: '/v1/machines/:machine/projects/:project/restore' },
    { method: 'POST', path: '/v1/machines/:machine/jobs/:job/restore' },
  ],
});
