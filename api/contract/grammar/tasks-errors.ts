/** What spec-workflow's tool refuses in a tasks.md when its approval is asked for. Pure. */

export interface TasksFileError {
  /** 1-based. */
  readonly line: number;
  readonly message: string;
}

const box = /^\s*([-*+])\s*\[([^\]]*)\](.*)$/;

/** In the order of the lines; empty for a file that the tool takes. */
export function tasksFileErrors(text: string): readonly TasksFileError[] {
  const errors: TasksFileError[] = [];
  let isFenced = false;
  for (const [at, line] of text.split(/\r?\n/).entries()) {
    if (/^\s*(```|~~~)/.test(line)) isFenced = !isFenced;
    const [found, bullet, mark = '', rest = ''] = box.exec(line) ?? [];
    if (isFenced || found === undefined || rest.startsWith('(')) continue;
    const message = problemOf(bullet, mark, rest);
    if (message !== undefined) errors.push({ line: at + 1, message });
  }
  return errors;
}

function problemOf(bullet: string | undefined, mark: string, rest: string): string | undefined {
  if (bullet !== '-') return 'A task begins with "-".';
  if (!/^[ x~-]$/.test(mark)) return `The box holds "${mark}"; it takes a space, x, - or ~.`;
  if (!/^\s/.test(rest)) return 'There is no space after the box.';
  return /^\s+\d+(\.\d+)*\\?\.?\s+\S/.test(rest) ? undefined : 'The task has no number, as in "- [ ] 1. Words".';
}
