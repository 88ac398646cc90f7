/** Reads the totals of a task's implementation logs. */
import * as v from 'valibot';
import { readLogs, statsOf } from '../implementation-logs.ts';
import { ProjectArg, SpecArg } from './args.ts';
import { defineQuery } from './kind.ts';
import { LogFound, LogTotals, TaskArg, toFound } from './log-shapes.ts';

export const implLogTaskStats = defineQuery({
  title: "Read the totals of a task's logs",
  summary: 'Reads how often a task was logged, with how many files and lines, and its newest log.',
  args: v.strictObject({ project: ProjectArg, spec: SpecArg, task: TaskArg }),
  result: v.strictObject({ ...LogTotals, lastImplementation: v.nullable(LogFound) }),
  scope: 'project',
  risk: 'read',
  aliases: [
    { method: 'GET', path: '/v1/machines/:machine/projects/:project/specs/:spec/implementation-log/task/:task/stats' },
  ],
  about: ['project', 'spec', 'task'],
  answer: async ({ spec, task }, copy) => {
    const read = await readLogs(copy, spec);
    if (read === undefined) return undefined;
    const entries = read.entries.filter(({ taskId }) => taskId === task);
    const [last] = entries;
    return { ...statsOf(entries), lastImplementation: last === undefined ? null : toFound(last) };
  },
});
