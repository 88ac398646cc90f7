/** The difference of two texts as people read it: hunks under their headings, with a few lines around, and the words that differ within a line. Pure. */
import { diffWordsWithSpace } from 'diff';
import { hunksBetween } from '#contract/text-hunks.ts';

export interface DiffLine {
  readonly is: 'same' | 'added' | 'removed';
  /** Number in the text that has the line, from 1. */
  readonly number: number;
  readonly parts: readonly { readonly text: string; readonly isChanged: boolean }[];
}

export interface DiffHunk {
  /** The heading above it; empty at the start of a text. */
  readonly heading: string;
  readonly added: number;
  readonly removed: number;
  /** Lines left out before it. */
  readonly skipped: number;
  readonly lines: readonly DiffLine[];
}

/** How many lines around a change are shown. */
const around = 3;
/** Longer lines are compared as a whole. */
const wordsMax = 2000;

/** In order; empty for equal texts. */
export function diffLines(before: string, after: string): readonly DiffHunk[] {
  const [old, fresh] = [linesOf(before), linesOf(after)];
  const found: DiffHunk[] = [];
  let shownTo = 0;
  const hunks = hunksBetween(old, fresh);
  for (const [at, hunk] of hunks.entries()) {
    const from = Math.max(shownTo, hunk.newStart - around);
    const removed = old.slice(hunk.start, hunk.end);
    const added = fresh.slice(hunk.newStart, hunk.newEnd);
    const next = hunks[at + 1]?.newStart ?? fresh.length;
    const to = Math.min(next, hunk.newEnd + around);
    found.push({
      heading: headingBefore(fresh, hunk.newStart),
      added: added.length,
      removed: removed.length,
      skipped: from - shownTo,
      lines: [
        ...same(fresh, from, hunk.newStart),
        ...changed(removed, hunk.start, added, hunk.newStart),
        ...same(fresh, hunk.newEnd, to),
      ],
    });
    shownTo = to;
  }
  return found;
}

/** How many lines came and went. */
export function countsBetween(before: string, after: string): { readonly added: number; readonly removed: number } {
  const hunks = hunksBetween(linesOf(before), linesOf(after));
  return {
    added: hunks.reduce((sum, { newStart, newEnd }) => sum + newEnd - newStart, 0),
    removed: hunks.reduce((sum, { start, end }) => sum + end - start, 0),
  };
}

function linesOf(text: string): string[] {
  const lines = text.split(/\r\n|\n/);
  if (lines.at(-1) === '') lines.pop();
  return lines;
}

function same(lines: readonly string[], from: number, to: number): DiffLine[] {
  return lines.slice(from, to).map((text, index) => plain('same', from + index, text));
}

function plain(is: DiffLine['is'], index: number, text: string): DiffLine {
  return { is, number: index + 1, parts: [{ text, isChanged: false }] };
}

/** Lines that were replaced one by one show which words differ. */
function changed(removed: readonly string[], start: number, added: readonly string[], newStart: number): DiffLine[] {
  const pairs = removed.length === added.length ? removed.map((text, index) => wordsOf(text, added[index] ?? '')) : [];
  const before = removed.map((text, index) => ({
    ...plain('removed', start + index, text),
    ...(pairs[index] === undefined ? {} : { parts: pairs[index].before }),
  }));
  const after = added.map((text, index) => ({
    ...plain('added', newStart + index, text),
    ...(pairs[index] === undefined ? {} : { parts: pairs[index].after }),
  }));
  return [...before, ...after];
}

function wordsOf(before: string, after: string) {
  if (before.length + after.length > wordsMax) return undefined;
  const runs = diffWordsWithSpace(before, after);
  const side = (skip: 'added' | 'removed', mark: 'added' | 'removed') =>
    runs.filter((run) => !run[skip]).map((run) => ({ text: run.value, isChanged: run[mark] }));
  return { before: side('added', 'removed'), after: side('removed', 'added') };
}

function headingBefore(lines: readonly string[], index: number): string {
  const heading = lines.slice(0, index + 1).findLast((line) => /^#{1,6} /.test(line));
  return heading?.replace(/^#+ /, '') ?? '';
}
