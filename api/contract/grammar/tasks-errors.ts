/** What the tools of spec-workflow refuse in a tasks.md when its approval is asked for: their rules, line by line, also in code blocks. Pure. */

export interface TasksFileError {
  /** 1-based. */
  readonly line: number;
  readonly message: string;
}

/** Every such line has to be a task, even `- [a link](x)`. */
const candidate = /^\s*([-*])\s*\[/;
const task = /^\s*-\s+\[[ x~-]\]\s+(.+)/;
const numbered = /^\d+(\.\d+)*\s*\.?\s+./;

/** In the order of the lines; empty for a file that the tools take. */
export function tasksFileErrors(text: string): readonly TasksFileError[] {
  return text.split('\n').flatMap((line, at) => {
    const [found, bullet] = candidate.exec(line) ?? [];
    const message = found === undefined ? undefined : problemOf(line, bullet);
    return message === undefined ? [] : [{ line: at + 1, message }];
  });
}

function problemOf(line: string, bullet: string | undefined): string | undefined {
  const [, words] = task.exec(line) ?? [];
  if (words !== undefined) return numbered.test(words) ? undefined : 'The task has no number, as in "- [ ] 1. Words".';
  if (bullet === '*') return 'A task begins with "-", not with "*".';
  if (/^\s*-\[/.test(line)) return 'There is no space between "-" and the box.';
  const [, mark] = /^\s*-\s*\[([^\]]?)\]/.exec(line) ?? [];
  if (mark === '') return 'The box is empty: it takes a space, x, - or ~.';
  if (mark !== undefined && !/[ x~-]/.test(mark)) return `The box holds "${mark}": it takes a space, x, - or ~.`;
  if (mark !== undefined) return 'There are no words, or no space, behind the box.';
  return 'A line that begins with "- [" is taken for a task, and this is none.';
}
