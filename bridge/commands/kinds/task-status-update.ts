/** Sets the mark of one task of tasks.md, or of one checklist item of any document of a spec. */
import { type ChecklistItem, readChecklist } from '#contract/grammar/checklist.ts';
import { readTaskFile, readTasks, type Task } from '#contract/grammar/tasks.ts';
import type { TextEdit } from '#contract/kinds/args.ts';
import type { ArgsOf, ResultOf } from '#contract/kinds/index.ts';
import type { TaskStatus } from '#contract/meta.ts';
import { Problem } from '#contract/problems.ts';
import { revertBox, setChecklistItem, setTaskStatus } from '../../formats/task-edit.ts';
import type { Spec } from '../../watch/specs.ts';
import { editDocument } from '../edit-document.ts';
import type { CommandHandler } from '../handler.ts';
import { findDocument, findSpec, mainDocument } from '../lookup.ts';

type Args = ArgsOf<'task-status-update'>;
interface Edited {
  readonly text: string;
  readonly more: Pick<ResultOf<'task-status-update'>, 'line' | 'undo'>;
}
type Before = Omit<Edited['more']['undo'], 'edits'>;

export const taskStatusUpdate: CommandHandler<'task-status-update'> = async (args, context) => {
  const spec = findSpec(context.project, args.spec);
  checkStatus(spec, args);
  const { path, kind } = documentOf(spec, args);
  return await editDocument(context, path, (text) => {
    if (args.task !== undefined) return setTask(text, findTask(text, args.task, args), args);
    if (kind !== 'tasks') return tick(text, readChecklist, args);
    const task = readTasks(text).find((found) => isNamed(found, args));
    if (task !== undefined) return setTask(text, task, args);
    return tick(text, (now) => readTaskFile(now).items, args);
  });
};

/** spec-context does not know `[~]`: it would no longer treat such a line as a task. */
function checkStatus({ format }: Spec, { status }: Args): void {
  if (format === 'spec-context' && status === 'blocked')
    throw new Problem('edit-refused', 'spec-context knows no blocked tasks: it would not see this task any more.');
}

function documentOf(spec: Spec, { document, task }: Args) {
  if (document !== undefined) return findDocument(spec, document);
  return task === undefined && spec.format === 'lean-spec' ? mainDocument(spec) : findDocument(spec, 'tasks.md');
}

/** Throws `conflict` if the box has another status than its sender saw. */
function checkWas({ was }: Args, status: TaskStatus): void {
  if (was !== undefined && was !== status) throw new Problem('conflict', `It is ${status} now, and no longer ${was}.`);
}

/** Where the sender relies on `was`, a box that is no longer there has changed like any other. */
function notThere({ was }: Args, detail: string): Problem {
  return new Problem(was === undefined ? 'task-unknown' : 'conflict', detail);
}

function setTask(text: string, task: Task, args: Args): Edited {
  const { status, reason, edits } = args;
  checkWas(args, task.status);
  const before = { status: task.status, ...(task.blocked === undefined ? {} : { reason: task.blocked }) };
  const same = task.status === status && task.blocked === reason;
  if (edits === undefined && same) return answer(task, before, { text, undo: [] });
  const again = (now: string) => readTasks(now).find(({ line, status: is }) => line === task.line && is === status);
  const edited = edits === undefined ? setTaskStatus(text, task, status, reason) : revertBox(text, task, edits, again);
  return answer(task, before, edited);
}

function answer(
  { line }: { line: number },
  before: Before,
  { text, undo }: { text: string; undo: TextEdit[] },
): Edited {
  return { text, more: { line, undo: { ...before, ...(undo.length === 0 ? {} : { edits: undo }) } } };
}

/** The task with this number; if several have it, the one on this line with this text. Throws `task-unknown`, `task-ambiguous`. */
function findTask(text: string, id: string, args: Args): Task {
  const { line, text: words } = args;
  const numbered = readTasks(text).filter((task) => task.id === id);
  const [first] = numbered;
  if (first === undefined) throw notThere(args, `There is no task ${id}.`);
  if (line === undefined) {
    if (numbered.length === 1) return first;
    const lines = numbered.slice(0, 20).map((task) => task.line);
    throw new Problem('task-ambiguous', `${numbered.length} tasks have the number ${id}: lines ${lines.join(', ')}.`);
  }
  const found = numbered.find((task) => isNamed(task, args));
  // If number and text identify the task, its line may have moved: the sender's last change may have added a line above.
  if (found === undefined && numbered.length === 1 && first.text === words?.trim()) return first;
  if (found === undefined) throw notThere(args, `Line ${line} is not task ${id} "${words?.slice(0, 100)}".`);
  return found;
}

/** Ticks a box that is not a task of tasks.md. */
function tick(text: string, read: (text: string) => readonly ChecklistItem[], args: Args): Edited {
  const { line, text: words, status } = args;
  if (status !== 'completed' && status !== 'pending')
    throw new Problem('edit-refused', 'A checklist item is either completed or pending.');
  const item = read(text).find((found) => isNamed(found, args));
  if (item === undefined) throw notThere(args, `Line ${line} is not the item "${words?.slice(0, 100)}".`);
  const before = { status: item.done ? 'completed' : 'pending' } as const;
  checkWas(args, before.status);
  const done = status === 'completed';
  if (args.edits === undefined)
    return answer(item, before, item.done === done ? { text, undo: [] } : setChecklistItem(text, item, done));
  const again = (now: string) => read(now).find((found) => isNamed(found, args) && found.done === done);
  return answer(item, before, revertBox(text, item, args.edits, again));
}

function isNamed(box: Pick<ChecklistItem, 'line' | 'text'>, { line, text }: Args): boolean {
  return box.line === line && box.text === text?.trim();
}
