/** Reads the tasks of a spec and how far they are. */
import * as v from 'valibot';
import { Rev } from '../document.ts';
import { isHeader, nextTask, promptSections, readTasks, type Task } from '../grammar/tasks.ts';
import { taskStatuses } from '../meta.ts';
import { Problem } from '../problems.ts';
import { findSpecOf } from '../project-specs.ts';
import { ProjectArg, SpecArg } from './args.ts';
import { defineQuery } from './kind.ts';
import { textRead } from './spec-shapes.ts';

const texts = v.array(v.string());

const TaskRead = v.strictObject({
  id: v.string(),
  description: v.string(),
  status: v.picklist(taskStatuses),
  /** 1-based. */
  lineNumber: v.number(),
  /** Nothing is said of it beside its words. */
  isHeader: v.boolean(),
  requirements: texts,
  leverage: texts,
  files: texts,
  purposes: texts,
  implementationDetails: texts,
  prompt: v.optional(v.string()),
  promptStructured: v.optional(v.array(v.strictObject({ key: v.string(), value: v.string() }))),
  blockedReason: v.optional(v.string()),
});

export const taskProgress = defineQuery({
  title: 'Read the tasks of a spec',
  summary: 'Reads the tasks of tasks.md: their states, the one in progress, the next one, and the prompt of each.',
  args: v.strictObject({ project: ProjectArg, spec: SpecArg }),
  result: v.strictObject({
    total: v.number(),
    completed: v.number(),
    inProgress: v.nullable(v.string()),
    next: v.nullable(v.string()),
    /** Percent, 0 to 100. */
    progress: v.number(),
    summary: v.strictObject({
      total: v.number(),
      completed: v.number(),
      inProgress: v.number(),
      pending: v.number(),
      blocked: v.number(),
      headers: v.number(),
    }),
    taskList: v.array(TaskRead),
    rev: Rev,
    lastModified: v.string(),
  }),
  scope: 'project',
  risk: 'read',
  aliases: [{ method: 'GET', path: '/v1/machines/:machine/projects/:project/specs/:spec/tasks/progress' }],
  about: ['project', 'spec'],
  answer: async ({ spec }, copy) => {
    const documents = await copy.documents();
    if (documents === undefined) return undefined;
    const found = findSpecOf(documents, spec, copy.project.name);
    const document = found.documents.find(({ kind }) => kind === 'tasks');
    if (document === undefined) throw new Problem('document-unknown', `${found.folder} has no tasks.md.`);
    const read = textRead(await copy.read(document.path));
    if (read === undefined) return undefined;
    const { content, rev, lastModified } = read;
    const tasks = readTasks(content);
    const count = (status: Task['status']) => tasks.filter((task) => task.status === status).length;
    const [total, completed] = [tasks.length, count('completed')];
    return {
      total,
      completed,
      inProgress: tasks.find(({ status }) => status === 'in-progress')?.id ?? null,
      next: nextTask(tasks)?.id ?? null,
      progress: total === 0 ? 0 : Math.round((100 * completed) / total),
      summary: {
        total,
        completed,
        inProgress: count('in-progress'),
        pending: count('pending'),
        blocked: count('blocked'),
        headers: tasks.filter(isHeader).length,
      },
      taskList: tasks.map(taskRead),
      rev,
      lastModified,
    };
  },
});

function taskRead(task: Task): v.InferOutput<typeof TaskRead> {
  const { id, text, status, line, requirements, leverage, files, purposes, details, prompt, blocked } = task;
  return {
    id,
    description: text,
    status,
    lineNumber: line,
    isHeader: isHeader(task),
    requirements: [...requirements],
    leverage: [...leverage],
    files: [...files],
    purposes: [...purposes],
    implementationDetails: [...details],
    ...(prompt === undefined ? {} : { prompt, promptStructured: [...promptSections(prompt)] }),
    ...(blocked === undefined ? {} : { blockedReason: blocked }),
  };
}
