/** Reads the implementation logs of a spec. */
import * as v from 'valibot';
import { hasWords, readLogs } from '../implementation-logs.ts';
import { ProjectArg, SpecArg } from './args.ts';
import { defineQuery } from './kind.ts';
import { Logs, logsWith, SearchWords, TaskArg } from './log-shapes.ts';

export const implLogRead = defineQuery({
  title: 'Read the implementation logs of a spec',
  summary: 'Reads what was logged of the tasks of a spec, newest first. `task` and `search` narrow it.',
  args: v.strictObject({
    project: ProjectArg,
    spec: SpecArg,
    task: v.optional(TaskArg),
    /** The same as `task`, as users of the dashboard know it. */
    taskId: v.optional(TaskArg),
    search: v.optional(SearchWords),
  }),
  result: Logs,
  scope: 'project',
  risk: 'read',
  aliases: [{ method: 'GET', path: '/v1/machines/:machine/projects/:project/specs/:spec/implementation-log' }],
  about: ['project', 'spec'],
  answer: async ({ spec, task, taskId = task, search = '' }, copy) => {
    const read = await readLogs(copy, spec);
    const wanted = task ?? taskId;
    return read && logsWith(read, (entry) => (wanted ?? entry.taskId) === entry.taskId && hasWords(entry, search));
  },
});
