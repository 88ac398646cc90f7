/** Logs what was implemented for a task, as spec-workflow's own tool does. */
import { randomUUID } from 'node:crypto';
import { type Artifacts, type LogEntry, logFileName, writeLog } from '#contract/grammar/implementation-log.ts';
import { readTasks } from '#contract/grammar/tasks.ts';
import { readLogs, statsOf } from '#contract/implementation-logs.ts';
import { toFound } from '#contract/kinds/log-shapes.ts';
import { Problem } from '#contract/problems.ts';
import { decodeUtf8 } from '../../formats/front-matter.ts';
import type { Spec } from '../../watch/specs.ts';
import { copyOnDisk } from '../answered.ts';
import { readShown, writeBytes } from '../edit-document.ts';
import type { CommandContext, CommandHandler } from '../handler.ts';
import { findDocument, findSpec } from '../lookup.ts';

export const implLogAdd: CommandHandler<'impl-log-add'> = async (args, context) => {
  const { project, now } = context;
  const spec = findSpec(project, args.spec);
  if (spec.format !== 'spec-workflow')
    throw new Problem('edit-refused', `A spec of ${spec.format} has no implementation logs.`);
  await checkTask(context, spec, args.task);
  const { task: taskId, summary, filesModified, filesCreated, statistics, artifacts } = args;
  const entry: LogEntry = {
    id: randomUUID(),
    taskId,
    timestamp: now.toISOString(),
    summary,
    filesModified,
    filesCreated,
    statistics: { ...statistics, filesChanged: filesModified.length + filesCreated.length },
    artifacts: structuredClone(artifacts) as Artifacts,
  };
  const logged = (await readLogs(copyOnDisk(project), spec.folder))?.entries ?? [];
  const path = `${spec.folder}/Implementation Logs/${logFileName(entry)}`;
  const bytes = new TextEncoder().encode(writeLog(entry));
  return await writeBytes(context, { path, before: null, bytes }, (rev) => ({
    entry: toFound({ ...entry, spec: spec.spec, folder: spec.folder, path }),
    path,
    rev,
    taskStats: statsOf([entry, ...logged.filter((other) => other.taskId === taskId)]),
  }));
};

/** The tool logs only tasks that tasks.md has, as it is on the disk now. */
async function checkTask(context: CommandContext, spec: Spec, task: string): Promise<void> {
  const { path } = findDocument(spec, 'tasks.md');
  const { bytes } = await readShown({ project: context.project }, path);
  const text = decodeUtf8(bytes);
  if (text === undefined) throw new Problem('file-unparsable', 'The file is not valid UTF-8.');
  if (!readTasks(text).some(({ id }) => id === task))
    throw new Problem('task-unknown', `There is no task ${task} in ${path}.`);
}
