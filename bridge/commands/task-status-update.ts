/** Sets the mark of one task of tasks.md, or of one checklist item of any document of a spec. */
import type { CommandArgs } from '#contract/commands/index.ts';
import { type ChecklistItem, readChecklist } from '#contract/grammar/checklist.ts';
import { readTaskFile, readTasks, type Task } from '#contract/grammar/tasks.ts';
import type { TaskStatus } from '#contract/meta.ts';
import { Problem } from '#contract/problems.ts';
import { setChecklistItem, setTaskStatus } from '../formats/task-edit.ts';
import type { Spec } from '../specs.ts';
import { editDocument } from './edit-document.ts';
import type { CommandHandler } from './handler.ts';
import { findDocument, findSpec, mainDocument } from './lookup.ts';

type Args = CommandArgs<'task-status-update'>;
interface Edited {
  readonly text: string;
  readonly more: { readonly line: number; readonly undo: { status: TaskStatus; reason?: string | undefined } };
}

export const taskStatusUpdate: CommandHandler<'task-status-update'> = async (args, context) => {
  const spec = findSpec(context.project, args.spec);
  checkStatus(spec, args);
  const { path, kind } = documentOf(spec, args);
  return await editDocument(context, path, (text) => {
    if (args.task !== undefined) return setTask(text, findTask(text, args.task, args), args);
    if (kind !== 'tasks') return tick(text, readChecklist(text), args);
    const { tasks, items } = readTaskFile(text);
    const task = tasks.find((found) => isNamed(found, args));
    return task === undefined ? tick(text, items, args) : setTask(text, task, args);
  });
};

/** spec-context does not know `[~]`: such a line is no task to it any more. */
function checkStatus({ format }: Spec, { status }: Args): void {
  if (format === 'spec-context' && status === 'blocked')
    throw new Problem('edit-refused', 'spec-context knows no blocked tasks: it would not see this task any more.');
}

function documentOf(spec: Spec, { document, task }: Args) {
  if (document !== undefined) return findDocument(spec, document);
  return task === undefined && spec.format === 'lean-spec' ? mainDocument(spec) : findDocument(spec, 'tasks.md');
}

function setTask(text: string, task: Task, { status, reason }: Args): Edited {
  const undo = { status: task.status, ...(task.blocked === undefined ? {} : { reason: task.blocked }) };
  const same = task.status === status && task.blocked === reason;
  return { text: same ? text : setTaskStatus(text, task, status, reason), more: { line: task.line, undo } };
}

/** The task with that number; where several have it, the one on that line with that text. Throws `task-unknown`, `task-ambiguous`. */
function findTask(text: string, id: string, args: Args): Task {
  const { line, text: words } = args;
  const numbered = readTasks(text).filter((task) => task.id === id);
  const [first] = numbered;
  if (first === undefined) throw new Problem('task-unknown', `There is no task ${id}.`);
  if (line === undefined) {
    if (numbered.length === 1) return first;
    const lines = numbered.slice(0, 20).map((task) => task.line);
    throw new Problem('task-ambiguous', `${numbered.length} tasks have the number ${id}: lines ${lines.join(', ')}.`);
  }
  const found = numbered.find((task) => isNamed(task, args));
  if (found === undefined)
    throw new Problem('task-unknown', `Line ${line} is not task ${id} "${words?.slice(0, 100)}".`);
  return found;
}

/** Ticks a box that is no task of tasks.md. */
function tick(text: string, items: readonly ChecklistItem[], args: Args): Edited {
  const { line, text: words, status } = args;
  if (status !== 'completed' && status !== 'pending')
    throw new Problem('edit-refused', 'A checklist item is either completed or pending.');
  const item = items.find((found) => isNamed(found, args));
  if (item === undefined) throw new Problem('task-unknown', `Line ${line} is not the item "${words?.slice(0, 100)}".`);
  const undo = { status: item.done ? 'completed' : 'pending' } as const;
  const done = status === 'completed';
  return { text: item.done === done ? text : setChecklistItem(text, item, done), more: { line: item.line, undo } };
}

function isNamed(box: Pick<ChecklistItem, 'line' | 'text'>, { line, text }: Args): boolean {
  return box.line === line && box.text === text?.trim();
}
