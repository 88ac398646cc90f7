/** Edits of one task or checklist item: the character between the brackets, and a blocked task's reason. */
import type { ChecklistItem } from '#contract/grammar/checklist.ts';
import { type Task, taskMarks } from '#contract/grammar/tasks.ts';
import type { TextEdit } from '#contract/kinds/args.ts';
import type { TaskStatus } from '#contract/meta.ts';
import { Problem } from '#contract/problems.ts';
import { applySplices, lineBreakOf, lineEnd, type Splice } from '../files/splice.ts';
import { applyEdits, applyWithUndo } from '../files/text-edits.ts';

/** A text, and edits of it that restore every byte of the previous text. */
export interface Edited {
  readonly text: string;
  readonly undo: TextEdit[];
}

/** The text with a task of tasks.md set to a status. */
export function setTaskStatus(text: string, task: Task, status: TaskStatus, reason: string | undefined): Edited {
  const start = offsetOfLine(text, task.line);
  const splices: Splice[] = [markSplice(start + task.mark, taskMarks[status])];
  if (task.blockedLine !== undefined) splices.push(lineSplice(text, task.blockedLine));
  if (reason !== undefined) splices.push(reasonSplice(text, start, `${task.indent}  - _Blocked: ${reason}_`));
  return applyWithUndo(text, splices);
}

/** The text with the `undo` edits of `setTaskStatus` or `setChecklistItem` for that box. Throws Problem `edit-refused` if they change more than its mark and its reason. */
export function revertBox(
  text: string,
  box: Box,
  edits: readonly TextEdit[],
  find: (text: string) => Box | undefined,
): Edited {
  const reverted = applyEdits(text, edits);
  const found = find(reverted.text);
  if (found === undefined || unmarked(reverted.text, found) !== unmarked(text, box))
    throw new Problem('edit-refused', 'These edits change more than the mark and the reason of the task.');
  return reverted;
}

type Box = Pick<Task, 'line' | 'mark' | 'blockedLine'>;

/** The text without the parts that a change of status may change. */
function unmarked(text: string, { line, mark, blockedLine }: Box): string {
  const splices = [markSplice(offsetOfLine(text, line) + mark, ' ')];
  if (blockedLine !== undefined) splices.push(lineSplice(text, blockedLine));
  return applySplices(text, splices);
}

/** The text with a checklist item ticked or not. */
export function setChecklistItem(text: string, item: ChecklistItem, done: boolean): Edited {
  return applyWithUndo(text, [markSplice(offsetOfLine(text, item.line) + item.mark, done ? 'x' : ' ')]);
}

function markSplice(at: number, mark: string): Splice {
  return { start: at, end: at + 1, insert: mark };
}

/** Removes a 1-based line. */
function lineSplice(text: string, line: number): Splice {
  const start = offsetOfLine(text, line);
  return { start, end: lineEnd(text, start), insert: '' };
}

/** Inserts below the task's line, also if that line has no line break at its end. */
function reasonSplice(text: string, taskStart: number, line: string): Splice {
  const at = lineEnd(text, taskStart);
  const eol = lineBreakOf(text);
  return { start: at, end: at, insert: text.endsWith('\n') || at < text.length ? line + eol : eol + line };
}

/** Offset of a 1-based line. */
function offsetOfLine(text: string, line: number): number {
  let at = 0;
  for (let passed = 1; passed < line; passed++) at = lineEnd(text, at);
  return at;
}
