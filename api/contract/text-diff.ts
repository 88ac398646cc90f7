/** The difference of two texts line by line, in the shape that users of spec-workflow's dashboard know: one chunk for the whole file. Pure. */
import { diffWordsWithSpace } from 'diff';
import { limits } from './limits.ts';
import { Problem } from './problems.ts';
import { hunksBetween } from './text-hunks.ts';

export interface DiffLine {
  readonly type: 'add' | 'delete' | 'normal';
  /** 1-based. */
  readonly oldLineNumber?: number;
  readonly newLineNumber?: number;
  readonly content: string;
  /** Which parts of a replaced line differ: ranges in UTF-16 units of `content`. */
  readonly words?: [start: number, end: number][];
}

export interface TextDiff {
  readonly additions: number;
  readonly deletions: number;
  /** Always 0: a changed line counts as one that went and one that came. */
  readonly changes: 0;
  readonly chunks: {
    readonly oldStart: number;
    readonly oldLines: number;
    readonly newStart: number;
    readonly newLines: number;
    readonly lines: DiffLine[];
  }[];
}

/** Longer lines are compared as a whole, and so are all lines once this many words were looked at. */
const wordsMax = 2000;
const wordsInAllMax = 200_000;

/** Compares two texts. Line ends (LF or CRLF) are no difference. Throws `diff-too-large`. */
export function diffTexts(before: string, after: string): TextDiff {
  const [old, fresh] = [linesOf(before), linesOf(after)];
  for (const [lines, text] of [[old, before] as const, [fresh, after] as const])
    if (text.length > limits.diffTextLengthMax || lines.length > limits.diffLinesMax)
      throw new Problem('diff-too-large', `One text has ${old.length} lines, the other ${fresh.length}.`);
  const lines: DiffLine[] = [];
  let [at, newAt, words] = [0, 0, 0];
  const normal = (to: number) => {
    for (; newAt < to; newAt++, at++)
      lines.push({ type: 'normal', oldLineNumber: at + 1, newLineNumber: newAt + 1, content: fresh[newAt] ?? '' });
  };
  let [additions, deletions] = [0, 0];
  for (const { start, end, newStart, newEnd } of hunksBetween(old, fresh)) {
    normal(newStart);
    const [removed, added] = [old.slice(start, end), fresh.slice(newStart, newEnd)];
    words += [...removed, ...added].reduce((sum, { length }) => sum + Math.min(length, wordsMax), 0);
    const pairs =
      removed.length === added.length && words <= wordsInAllMax
        ? removed.map((text, index) => wordsOf(text, added[index] ?? ''))
        : [];
    for (const [index, content] of removed.entries())
      lines.push({ type: 'delete', oldLineNumber: start + index + 1, content, ...marked(pairs[index]?.before) });
    for (const [index, content] of added.entries())
      lines.push({ type: 'add', newLineNumber: newStart + index + 1, content, ...marked(pairs[index]?.after) });
    deletions += removed.length;
    additions += added.length;
    [at, newAt] = [end, newEnd];
  }
  normal(fresh.length);
  const chunk = { oldStart: 1, oldLines: old.length, newStart: 1, newLines: fresh.length, lines };
  return { additions, deletions, changes: 0, chunks: lines.length === 0 ? [] : [chunk] };
}

type Ranges = [number, number][];

function marked(words: Ranges | undefined): Pick<DiffLine, 'words'> {
  return words === undefined ? {} : { words };
}

function linesOf(text: string): string[] {
  const lines = text.split(/\r\n|\n/);
  if (lines.at(-1) === '') lines.pop();
  return lines;
}

/** The parts of two lines that differ; undefined where they are too long. */
function wordsOf(before: string, after: string): { readonly before: Ranges; readonly after: Ranges } | undefined {
  if (before.length + after.length > wordsMax) return undefined;
  const ranges = { before: [] as Ranges, after: [] as Ranges };
  let [at, newAt] = [0, 0];
  for (const { added, removed, value } of diffWordsWithSpace(before, after)) {
    if (removed) ranges.before.push([at, at + value.length]);
    if (added) ranges.after.push([newAt, newAt + value.length]);
    if (!added) at += value.length;
    if (!removed) newAt += value.length;
  }
  return { before: joined(ranges.before, before), after: joined(ranges.after, after) };
}

/** Neighbours with nothing but white space between them are one, without the white space around it. */
function joined(ranges: Ranges, text: string): Ranges {
  const found: Ranges = [];
  for (const [start, end] of ranges) {
    const last = found.at(-1);
    if (last !== undefined && text.slice(last[1], start).trim() === '') last[1] = end;
    else found.push([start, end]);
  }
  return found.flatMap(([start, end]): Ranges => {
    const part = text.slice(start, end);
    const from = start + part.length - part.trimStart().length;
    return part.trim() === '' ? [[start, end]] : [[from, from + part.trim().length]];
  });
}
