/** Edits of one task or checklist item: the character between the brackets, and a blocked task's reason. */
import type { ChecklistItem } from '#contract/grammar/checklist.ts';
import { type Task, taskMarks } from '#contract/grammar/tasks.ts';
import type { TaskStatus } from '#contract/meta.ts';
import { applySplices, lineBreakOf, lineEnd, type Splice } from '../files/splice.ts';

/** The text with a task of tasks.md set to a status. */
export function setTaskStatus(text: string, task: Task, status: TaskStatus, reason: string | undefined): string {
  const start = offsetOfLine(text, task.line);
  const splices: Splice[] = [markSplice(start + task.mark, taskMarks[status])];
  if (task.blockedLine !== undefined) {
    const from = offsetOfLine(text, task.blockedLine);
    splices.push({ start: from, end: lineEnd(text, from), insert: '' });
  }
  if (reason !== undefined) splices.push(reasonSplice(text, start, `${task.indent}  - _Blocked: ${reason}_`));
  return applySplices(text, splices);
}

/** The text with a checklist item ticked or not. */
export function setChecklistItem(text: string, item: ChecklistItem, done: boolean): string {
  return applySplices(text, [markSplice(offsetOfLine(text, item.line) + item.mark, done ? 'x' : ' ')]);
}

function markSplice(at: number, mark: string): Splice {
  return { start: at, end: at + 1, insert: mark };
}

/** Below the task's line, whether or not that one ends with a line break. */
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
