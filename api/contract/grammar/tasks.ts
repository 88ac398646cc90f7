/** The grammar of spec-workflow's tasks.md: which lines are tasks, and what their blocks contain. */
import type { TaskStatus } from '../meta.ts';
import type { ChecklistItem } from './checklist.ts';
import { type MarkdownLine, readLines } from './lines.ts';

export interface Task {
  /** As written: `1`, `2.1`. */
  readonly id: string;
  readonly text: string;
  readonly status: TaskStatus;
  /** 1-based line of the checkbox. */
  readonly line: number;
  /** UTF-16 column of the character between the brackets. */
  readonly mark: number;
  /** Indentation as written. */
  readonly indent: string;
  readonly requirements: readonly string[];
  readonly leverage: readonly string[];
  readonly files: readonly string[];
  readonly purposes: readonly string[];
  readonly prompt?: string;
  readonly blocked?: string;
  readonly details: readonly string[];
  /** 1-based line of `_Blocked: …_`, if there is one. */
  readonly blockedLine?: number;
}

const leadingNumber = /^\d+(?:\.\d+)*/;

/** The character between the brackets for each status. */
export const taskMarks = { pending: ' ', 'in-progress': '-', completed: 'x', blocked: '~' } as const satisfies Record<
  TaskStatus,
  string
>;

/** Whether nothing is said of a task beside its words: it stands above others. */
export function isHeader({ requirements, leverage, files, purposes, details, prompt, blocked }: Task): boolean {
  const lists = [requirements, leverage, files, purposes, details];
  return prompt === undefined && blocked === undefined && lists.every((list) => list.length === 0);
}

/** The first task that waits and is no header. */
export function nextTask(tasks: readonly Task[]): Task | undefined {
  return tasks.find((task) => task.status === 'pending' && !isHeader(task));
}

/** The sections of a prompt: `Role: … | Task: …`. Words before the first name have an empty key; later ones without a name belong to the section before. */
export function promptSections(prompt: string): readonly { readonly key: string; readonly value: string }[] {
  const sections: { key: string; value: string }[] = [];
  for (const part of prompt.split('|')) {
    const [, key, value = ''] = /^\s*([A-Za-z][A-Za-z _-]{0,39}):\s*([\s\S]*)$/.exec(part) ?? [];
    const last = sections.at(-1);
    if (key !== undefined) sections.push({ key: key.trim(), value: value.trim() });
    else if (last !== undefined) last.value = `${last.value} | ${part.trim()}`;
    else if (part.trim() !== '') sections.push({ key: '', value: part.trim() });
  }
  return sections;
}

function statusOf(mark: string): TaskStatus {
  if (mark === 'x') return 'completed';
  if (mark === '-') return 'in-progress';
  return mark === '~' ? 'blocked' : 'pending';
}

/** The content of a tasks.md. */
export interface TaskFile {
  readonly tasks: readonly Task[];
  /** Boxes that the tool does not treat as tasks: without a number, or ticked with a capital X. */
  readonly items: readonly ChecklistItem[];
}

/** Every task of a tasks.md, in order. */
export function readTasks(text: string): readonly Task[] {
  return readTaskFile(text).tasks;
}

/** Every box of a tasks.md, in order. A box with a number is a task. A task's block ends at the next box or heading. */
export function readTaskFile(text: string): TaskFile {
  const tasks: Task[] = [];
  const items: ChecklistItem[] = [];
  const lines = readLines(text);
  let section = '';
  for (const [index, { box, heading }] of lines.entries()) {
    section = heading || section;
    if (box === undefined || !'-*'.includes(box.bullet)) continue;
    const { mark, column, indent } = box;
    const line = index + 1;
    const numbered = mark === 'X' ? undefined : splitNumber(box.text);
    if (numbered !== undefined)
      tasks.push({ ...numbered, status: statusOf(mark), line, mark: column, indent, ...readBlock(lines, line) });
    else items.push({ line, text: box.text, done: /x/i.test(mark), mark: column, section });
  }
  return { tasks, items };
}

/** Parses `2.1. Words`, `2.1 Words` or `2\. Words` (as some editors escape it); undefined without a number. */
function splitNumber(text: string): Pick<Task, 'id' | 'text'> | undefined {
  const number = leadingNumber.exec(text)?.[0];
  if (number === undefined) return undefined;
  const rest = text.slice(number.length);
  const after = rest.trimStart();
  const dot = /^\\?\.?/.exec(after)?.[0] ?? '';
  const words = after.slice(dot.length);
  if (/^\s/.test(words) && words.trim() !== '') return { id: number, text: words.trim() };
  return after !== rest && after !== '' ? { id: number, text: after.trim() } : undefined;
}

type Block = Omit<Task, 'id' | 'text' | 'status' | 'line' | 'mark' | 'indent'>;

/** Reads the lines below a task, from the index of the first one. */
function readBlock(lines: readonly MarkdownLine[], from: number): Block {
  const block = { requirements: [], leverage: [], files: [], purposes: [], details: [] } as Record<ListName, string[]>;
  const optional: { prompt?: string; blocked?: string; blockedLine?: number } = {};
  for (let at = from; isInside(lines[at]); at++) {
    const line = lines[at] as MarkdownLine;
    if (line.fenced) continue;
    const words = line.text.trim().replace(/^[-*]\s+/, '');
    const [, name, value = ''] = marked.exec(words) ?? [];
    if (name === 'Requirements')
      block.requirements.push(...listOf(toLastMark(value)).filter((entry) => entry !== 'NFR'));
    else if (name === 'Leverage') block.leverage.push(...listOf(toLastMark(value)));
    else if (name === 'Blocked') Object.assign(optional, { blocked: toLastMark(value), blockedLine: at + 1 });
    else if (name === 'Prompt') {
      const parts = [value];
      while (!parts.at(-1)?.endsWith('_') && goesOn(lines[at + 1])) parts.push((lines[++at]?.text ?? '').trim());
      optional.prompt = parts.join(' ').replace(/_$/, '');
    } else readBullet(words, /^\s*[-*]\s/.test(line.text), block);
  }
  return { ...block, ...optional };
}

type ListName = 'requirements' | 'leverage' | 'files' | 'purposes' | 'details';

const marked = /^_(Requirements|Leverage|Prompt|Blocked):\s*(.*)$/s;

/** Whether a line belongs to the block of the task above it. */
function isInside(line: MarkdownLine | undefined): boolean {
  return line !== undefined && line.heading === undefined && (line.box === undefined || line.box.mark === 'X');
}

/** Whether an unclosed prompt continues in a line. */
function goesOn(line: MarkdownLine | undefined): boolean {
  if (line === undefined || !isInside(line)) return false;
  const words = line.text.trim();
  return words !== '' && !/^(?:[-*]|Files?:|Purpose:)/.test(words) && !marked.test(words);
}

function readBullet(words: string, isBullet: boolean, block: Record<ListName, string[]>): void {
  const file = /^Files?:\s*(.+)$/s.exec(words)?.[1];
  const purpose = /^Purpose:\s*(.+)$/s.exec(words)?.[1];
  if (file) block.files.push(...listOf(withoutNotes(file)));
  else if (purpose) block.purposes.push(purpose);
  else if (isBullet) block.details.push(words);
}

/** File names may contain `_`, so the last one of the line closes the field. */
function toLastMark(value: string): string {
  return value.includes('_') ? value.slice(0, value.lastIndexOf('_')) : value;
}

/** Removes text in parentheses after white space. Parentheses inside a path belong to the path. */
function withoutNotes(text: string): string {
  let kept = '';
  let from = 0;
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    if (depth === 0 && text[at] === '(' && /^\s?$/.test(text[at - 1] ?? '')) {
      kept += text.slice(from, at);
      from = at;
      depth = 1;
    } else if (depth > 0 && text[at] === '(') depth += 1;
    else if (depth > 0 && text[at] === ')') {
      depth -= 1;
      if (depth === 0) from = at + 1;
    }
  }
  return kept + text.slice(from);
}

function listOf(text: string): string[] {
  return text
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');
}
