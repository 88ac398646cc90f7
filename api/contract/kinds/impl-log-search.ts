/** Searches the implementation logs of a spec, or of a whole project. */
import * as v from 'valibot';
import { hasWords, readLogs } from '../implementation-logs.ts';
import { ProjectArg, SpecArg } from './args.ts';
import { defineQuery } from './kind.ts';
import { Logs, logsWith, SearchWords, TaskArg } from './log-shapes.ts';

export const implLogSearch = defineQuery({
  title: 'Search implementation logs',
  summary:
    'Finds the logs of a spec, or of all specs, that contain every word of `q` in their summary, task, files or artifacts, newest first. `task` narrows it.',
  args: v.strictObject({
    project: ProjectArg,
    spec: v.optional(SpecArg),
    task: v.optional(TaskArg),
    /** Words, separated by white space. */
    q: SearchWords,
  }),
  result: Logs,
  scope: 'project',
  risk: 'read',
  aliases: [{ method: 'GET', path: '/v1/machines/:machine/projects/:project/implementation-log' }],
  about: ['project', 'spec'],
  answer: async ({ spec, task, q }, copy) => {
    const read = await readLogs(copy, spec);
    return read && logsWith(read, (entry) => (task ?? entry.taskId) === entry.taskId && hasWords(entry, q));
  },
});
