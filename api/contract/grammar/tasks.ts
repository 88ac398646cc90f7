/** The grammar of spec-workflow's tasks.md: which lines are tasks, and what their blocks say. */
import type { TaskStatus } from '../meta.ts';

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
  readonly purpose?: string;
  readonly prompt?: string;
  readonly blocked?: string;
  readonly details: readonly string[];
  /** 1-based line of `_Blocked: …_`, where there is one. */
  readonly blockedLine?: number;
}

// None of these can match one text in two ways: a file of one long line is read as quickly as any.
const box = /^(\s*)([-*])\s+\[([ x\-~])\]\s(.+)$/s;
const leadingNumber = /^\d+(?:\.\d+)*/;

/** The character between the brackets for each status. */
export const taskMarks = { pending: ' ', 'in-progress': '-', completed: 'x', blocked: '~' } as const satisfies Record<
  TaskStatus,
  string
>;

function statusOf(mark: string): TaskStatus {
  if (mark === 'x') return 'completed';
  if (mark === '-') return 'in-progress';
  return mark === '~' ? 'blocked' : 'pending';
}

/** Every numbered task of a tasks.md, in order; checkboxes without a number are no tasks. Lines end with LF or CRLF. */
export function readTasks(text: string): Task[] {
  const lines = text.split(/\r?\n/);
  const boxes = [...lines.keys()].filter((index) => box.test(lines[index] ?? ''));
  const tasks: Task[] = [];
  for (const [nth, index] of boxes.entries()) {
    const line = lines[index] ?? '';
    const [, indent = '', , mark = '', rest = ''] = box.exec(line) ?? [];
    const numbered = splitNumber(rest.trimStart());
    if (numbered === undefined) continue;
    const block = lines.slice(index + 1, boxes[nth + 1] ?? lines.length);
    const column = line.indexOf('[', indent.length) + 1;
    tasks.push({
      ...numbered,
      status: statusOf(mark),
      line: index + 1,
      mark: column,
      indent,
      ...readBlock(block, index + 2),
    });
  }
  return tasks;
}

/** `2.1. Words`, `2.1 Words` or `2\. Words` (as one editor escapes it); undefined for what begins with no number. */
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

function readBlock(lines: readonly string[], firstLine: number): Block {
  const block = {
    requirements: [] as string[],
    leverage: [] as string[],
    files: [] as string[],
    details: [] as string[],
  };
  const optional: { purpose?: string; prompt?: string; blocked?: string; blockedLine?: number } = {};
  for (let at = 0; at < lines.length; at++) {
    const words = (lines[at] ?? '').trim().replace(/^[-*]\s+/, '');
    const marked = /^_(Requirements|Leverage|Prompt|Blocked):\s*(.*)$/s.exec(words);
    if (marked) {
      const [, name, start = ''] = marked;
      const parts = [start];
      // A prompt may span lines: it ends with the line that ends with `_`.
      while (name === 'Prompt' && !parts.at(-1)?.endsWith('_') && (lines[at + 1] ?? '').trim() !== '')
        parts.push((lines[++at] ?? '').trim());
      const value = parts.join(' ');
      const inner = value.includes('_') ? value.slice(0, value.lastIndexOf('_')) : value;
      if (name === 'Requirements') block.requirements.push(...listOf(inner).filter((entry) => entry !== 'NFR'));
      else if (name === 'Leverage') block.leverage.push(...listOf(inner));
      else if (name === 'Prompt') optional.prompt = inner;
      else Object.assign(optional, { blocked: inner, blockedLine: firstLine + at });
      continue;
    }
    const file = /^Files?:\s*(.+)$/s.exec(words)?.[1];
    const purpose = /^Purpose:\s*(.+)$/s.exec(words)?.[1];
    if (file) block.files.push(...listOf(withoutNotes(file)));
    else if (purpose) optional.purpose = purpose;
    else if (/^\s*[-*]\s+/.test(lines[at] ?? '')) block.details.push(words);
  }
  return { ...block, ...optional };
}

/** Without what stands in parentheses. */
function withoutNotes(text: string): string {
  let kept = '';
  let at = 0;
  for (let close = -1; ; at = close + 1) {
    const open = text.indexOf('(', at);
    close = open === -1 ? -1 : text.indexOf(')', open);
    if (close === -1) return kept + text.slice(at);
    kept += text.slice(at, open);
  }
}

function listOf(text: string): string[] {
  return text
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');
}
