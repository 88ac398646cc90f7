/** From a text field back to the file: a field shows line feeds alone and no byte order mark, so what was typed is turned into edits of the exact text, and all that nobody touched stays as it is. */
import type { TextEdit } from '#contract/kinds/args.ts';
import { limits } from '#contract/limits.ts';
import { commonHead, commonTail, hunksBetween } from '#contract/text-hunks.ts';

/** An exact text as a text field shows it. */
export function shownText(exact: string): string {
  return exact.replace(/^\uFEFF/, '').replace(/\r\n?/g, '\n');
}

/** The edits of `exact` after which it shows as `typed`; none where it does already. */
export function editsBetween(exact: string, typed: string): TextEdit[] {
  const mark = exact.startsWith('\uFEFF') ? 1 : 0;
  const lines = linesOf(exact, mark);
  const fresh = shownLines(typed.replace(/\r\n?/g, '\n'));
  const hunks = hunksBetween(
    lines.map(({ shown }) => shown),
    fresh,
  );
  const edits = hunks.map(({ start, end, newStart, newEnd }) => {
    const from = lines[start]?.at ?? exact.length;
    const to = lines[end]?.at ?? exact.length;
    const written = fresh.slice(newStart, newEnd).map((line, index) => {
      const own = start + index < end ? lines[start + index]?.lineBreak : undefined;
      return line.endsWith('\n') ? line.slice(0, -1) + (own || breakNear(lines, start)) : line;
    });
    return narrowed(exact, from, to, joined(exact[from - 1], written, exact[to]));
  });
  return edits.length > limits.textEditsMax ? [asOne(exact, edits)] : edits;
}

/** The text after edits that are in order and apart. */
export function applyEdits(text: string, edits: readonly TextEdit[]): string {
  let at = 0;
  const parts: string[] = [];
  for (const { start, end, text: inserted } of edits) {
    parts.push(text.slice(at, start), inserted);
    at = end;
  }
  return parts.join('') + text.slice(at);
}

interface Line {
  /** Offset in the exact text. */
  readonly at: number;
  readonly shown: string;
  /** As it is in the file; empty where the text ends without one. */
  readonly lineBreak: string;
}

function linesOf(exact: string, from: number): Line[] {
  const lines: Line[] = [];
  let at = from;
  while (at < exact.length) {
    breaks.lastIndex = at;
    const found = breaks.exec(exact);
    const lineBreak = found?.[0] ?? '';
    const end = found?.index ?? exact.length;
    lines.push({ at, shown: exact.slice(at, end) + (lineBreak && '\n'), lineBreak });
    at = end + lineBreak.length;
  }
  return lines;
}

const breaks = /\r\n|\r|\n/g;

function shownLines(text: string): string[] {
  return text === '' ? [] : text.split(/(?<=\n)/);
}

/** The line break of the line before, else of the first line that has one. */
function breakNear(lines: readonly Line[], index: number): string {
  return lines[index - 1]?.lineBreak || lines.find(({ lineBreak }) => lineBreak !== '')?.lineBreak || '\n';
}

/** The lines as one text between its neighbours; a lone carriage return and a line feed that come together would be one break, so another is put between. */
function joined(before = '', lines: readonly string[], after = ''): string {
  let text = '';
  for (const line of [...lines, after]) {
    const last = text === '' ? before : text.at(-1);
    text += last === '\r' && line.startsWith('\n') ? `\n${line}` : line;
  }
  return text.slice(0, text.length - after.length);
}

/** An edit without what is the same at its two ends; a character of two halves is never parted. */
function narrowed(exact: string, from: number, to: number, text: string): TextEdit {
  const old = exact.slice(from, to);
  let head = commonHead(old, text);
  if (head > 0 && isFirstHalf(old, head - 1)) head -= 1;
  let tail = commonTail(old.slice(head), text.slice(head));
  if (tail > 0 && isSecondHalf(old, old.length - tail)) tail -= 1;
  return { start: from + head, end: to - tail, text: text.slice(head, text.length - tail) };
}

const isFirstHalf = (text: string, at: number) => (text.charCodeAt(at) & 0xfc00) === 0xd800;
const isSecondHalf = (text: string, at: number) => (text.charCodeAt(at) & 0xfc00) === 0xdc00;

/** One edit instead of very many. */
function asOne(exact: string, edits: readonly TextEdit[]): TextEdit {
  const [start, end] = [edits[0]?.start ?? 0, edits.at(-1)?.end ?? 0];
  const moved = edits.map((edit) => ({ ...edit, start: edit.start - start, end: edit.end - start }));
  return { start, end, text: applyEdits(exact.slice(start, end), moved) };
}
