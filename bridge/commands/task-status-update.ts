/** Sets the mark of one task of tasks.md, or of one checklist item of any document of a spec. */
import type { CommandArgs } from '#contract/commands/index.ts';
import { readChecklist } from '#contract/grammar/checklist.ts';
import { readTasks, type Task } from '#contract/grammar/tasks.ts';
import type { TaskStatus } from '#contract/meta.ts';
import { Problem } from '#contract/problems.ts';
import { setChecklistItem, setTaskStatus } from '../formats/task-edit.ts';
import { editDocument } from './edit-document.ts';
import type { CommandHandler } from './handler.ts';
import { type FoundSpec, findDocument, findSpec, mainDocument } from './lookup.ts';

type Args = CommandArgs<'task-status-update'>;
interface Edited {
  readonly text: string;
  readonly more: { readonly line: number; readonly undo: { status: TaskStatus; reason?: string | undefined } };
}

export const taskStatusUpdate: CommandHandler<'task-status-update'> = async (args, context) => {
  const spec = findSpec(context.project, args.spec);
  checkStatus(spec, args);
  const { path } = documentOf(spec, args);
  return await editDocument(context, path, (text) =>
    args.task === undefined ? tick(text, args) : setTask(text, args.task, args),
  );
};

/** spec-context does not know `[~]`: such a line is no task to it any more. */
function checkStatus({ format }: FoundSpec, { status }: Args): void {
  if (format === 'spec-context' && status === 'blocked')
    throw new Problem('edit-refused', 'spec-context knows no blocked tasks: it would not see this task any more.');
}

function documentOf(spec: FoundSpec, { document, task }: Args) {
  if (document !== undefined) return findDocument(spec, document);
  return task === undefined && spec.format === 'lean-spec' ? mainDocument(spec) : findDocument(spec, 'tasks.md');
}

function setTask(text: string, id: string, args: Args): Edited {
  const { status, reason } = args;
  const task = findTask(text, id, args);
  const undo = { status: task.status, ...(task.blocked === undefined ? {} : { reason: task.blocked }) };
  const same = task.status === status && task.blocked === reason;
  return { text: same ? text : setTaskStatus(text, task, status, reason), more: { line: task.line, undo } };
}

/** The task with that number; where several have it, the one on that line with that text. Throws `task-unknown`, `task-ambiguous`. */
function findTask(text: string, id: string, { line, text: words }: Args): Task {
  const numbered = readTasks(text).filter((task) => task.id === id);
  const [first] = numbered;
  if (first === undefined) throw new Problem('task-unknown', `There is no task ${id}.`);
  if (line === undefined) {
    if (numbered.length === 1) return first;
    const lines = numbered.slice(0, 20).map((task) => task.line);
    throw new Problem('task-ambiguous', `${numbered.length} tasks have the number ${id}: lines ${lines.join(', ')}.`);
  }
  const found = numbered.find((task) => task.line === line && task.text === words?.trim());
  if (found === undefined)
    throw new Problem('task-unknown', `Line ${line} is not task ${id} "${words?.slice(0, 100)}".`);
  return found;
}

function tick(text: string, { line, text: words, status }: Args): Edited {
  if (status !== 'completed' && status !== 'pending')
    throw new Problem('edit-refused', 'A checklist item is either completed or pending.');
  const item = readChecklist(text).find((found) => found.line === line);
  if (item === undefined || item.text !== words?.trim())
    throw new Problem('task-unknown', `Line ${line} is not the item "${words?.slice(0, 100)}".`);
  const undo = { status: item.done ? 'completed' : 'pending' } as const;
  const done = status === 'completed';
  return { text: item.done === done ? text : setChecklistItem(text, item, done), more: { line: item.line, undo } };
}
