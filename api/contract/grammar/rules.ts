/** Lines of marks in Markdown: rules, the ends of fences, the dashes of tables. */
import { type Container, descend, isNear } from './containers.ts';

/** The end of a line that consists of one repeated mark and blanks: `---`, `* * *` or `___` may begin in it. */
export interface Rule {
  readonly mark: string;
  readonly from: number;
}

/** The rule at the end of a line; its mark is empty if there is none. */
export function ruleOf(line: string): Rule {
  let from = line.length;
  let mark = '';
  for (; from > 0; from--) {
    const char = line[from - 1] ?? '';
    if (char === ' ' || char === '\t') continue;
    if (mark === '' && '*-_'.includes(char)) mark = char;
    if (char !== mark) break;
  }
  return { mark, from };
}

/** Whether a line is a rule from `at` on. */
export function isRule(line: string, at: number, { mark, from }: Rule): boolean {
  if (at < from || mark === '' || line[at] !== mark) return false;
  let marks = 0;
  for (let next = at; next < line.length && marks < 3; next++) if (line[next] === mark) marks += 1;
  return marks === 3;
}

/** Whether a line closes a fence of `marks`: it has at least as many, and nothing else. */
export function closes(line: string, at: number, marks: string): boolean {
  let end = at;
  while (line[end] === marks[0]) end += 1;
  return end - at >= marks.length && /^[ \t]*$/.test(line.slice(end));
}

/** Whether a line is the head of a table: the next one, in the same containers, is dashes for as many cells. */
export function startsTable(line: string, next: string, containers: readonly Container[]): boolean {
  const { depth, cursor } = descend(next, containers);
  const dashes = next.slice(cursor.at);
  if (depth < containers.length || !isNear(cursor) || !/^(?:-[-:|]|[:|][-:| \t])[-:| \t]*$/.test(dashes)) return false;
  if (!line.includes('|')) return false;
  const columns = withoutEmptyEnds(dashes.split('|').map((cell) => cell.trim()));
  const heads = withoutEmptyEnds(line.trim().split(/(?<!\\)\|/));
  return columns.every((cell) => /^:?-+:?$/.test(cell)) && columns.length === heads.length;
}

/** Whether a line may be the dashes of a table, ignoring its containers. */
export function isDashes(line: string): boolean {
  return /^[ \t>]*[-:|][-:| \t]+$/.test(line);
}

function withoutEmptyEnds(cells: readonly string[]): readonly string[] {
  return cells.slice(cells[0] === '' ? 1 : 0, cells.length > 1 && cells.at(-1) === '' ? -1 : undefined);
}
