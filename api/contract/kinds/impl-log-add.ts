/** Logs what was implemented for a task. */
import * as v from 'valibot';
import { limits } from '../limits.ts';
import { ProjectArg, SpecArg, Written } from './args.ts';
import { defineCommand, whenNotDone } from './kind.ts';
import { ArtifactsGiven, LogFiles, LogFound, LogLine, LogTotals, TaskArg } from './log-shapes.ts';

const Lines = v.pipe(v.number(), v.safeInteger(), v.minValue(0));

export const implLogAdd = defineCommand({
  title: 'Log an implementation',
  summary:
    'Writes a new log of a task of tasks.md, with its files, lines and artifacts. The tool reads back exactly what was given: what it could not read is refused.',
  args: v.strictObject({
    project: ProjectArg,
    spec: SpecArg,
    task: TaskArg,
    summary: LogLine,
    filesModified: LogFiles,
    filesCreated: LogFiles,
    statistics: v.strictObject({ linesAdded: Lines, linesRemoved: Lines }),
    artifacts: ArtifactsGiven,
  }),
  result: v.strictObject({
    entry: LogFound,
    ...Written,
    /** The totals of the task, with this log. */
    taskStats: v.strictObject(LogTotals),
  }),
  scope: 'project',
  lane: 'project',
  risk: 'write',
  guards: [],
  about: ['project', 'spec', 'task'],
  argsBytesMax: limits.textCommandBytesMax,
  notice: whenNotDone,
  aliases: [{ method: 'POST', path: '/v1/machines/:machine/projects/:project/specs/:spec/implementation-log' }],
});
