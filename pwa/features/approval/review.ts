/** What a person has written about a text before they decide: words and comments, kept with the rev of the text that they were written on. Pure. */
import type { ApprovalComment } from '#contract/approvals/approval.ts';
import type { DiffLine } from '#contract/text-diff.ts';

/** A part of a text; `start` and `end` count UTF-16 units of it. */
export interface Quote {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/** A comment of the person; without a quote, it is about the text as a whole. */
export interface OwnComment {
  readonly id: string;
  readonly comment: string;
  readonly at: string;
  readonly quote?: Quote;
}

export interface Review {
  /** The text that the comments are about. */
  readonly fileRev: string;
  readonly words: string;
  readonly comments: readonly OwnComment[];
}

/** A review as a draft keeps it; an empty one where there is none, or it cannot be read. */
export function parseReview(text: string | undefined, fileRev: string): Review {
  try {
    const kept = JSON.parse(text ?? '') as Review;
    if (typeof kept.words === 'string' && Array.isArray(kept.comments)) return kept;
  } catch {
    // Written by another release: begin anew.
  }
  return { fileRev, words: '', comments: [] };
}

/** The same review on another text: each comment goes where its quoted text is now; what is not there any more is said with its quote. */
export function moveReview(review: Review, fileRev: string, text: string): Review {
  if (review.fileRev === fileRev) return review;
  const comments = review.comments.map(({ quote, ...comment }): OwnComment => {
    if (quote === undefined) return comment;
    const start = nearest(text, quote.text, quote.start);
    if (start !== undefined) return { ...comment, quote: { text: quote.text, start, end: start + quote.text.length } };
    return { ...comment, comment: `“${quote.text.slice(0, 200)}”: ${comment.comment}` };
  });
  return { ...review, fileRev, comments };
}

/** Where a text occurs next to a place. */
function nearest(text: string, part: string, place: number): number | undefined {
  const before = text.lastIndexOf(part, place);
  const after = text.indexOf(part, place);
  if (before < 0 && after < 0) return undefined;
  if (before < 0 || after < 0) return Math.max(before, after);
  return place - before <= after - place ? before : after;
}

/** The comments as a decision sends them. */
export function toComments(comments: readonly OwnComment[]) {
  return comments.map(({ id, comment, at, quote }) =>
    quote === undefined
      ? ({ type: 'general', comment, timestamp: at, id } as const)
      : ({
          type: 'selection',
          comment,
          timestamp: at,
          id,
          selectedText: quote.text,
          startOffset: quote.start,
          endOffset: quote.end,
        } as const),
  );
}

/** A new comment's id, as the tool makes them. */
export function commentId(now: number): string {
  const letters = crypto.getRandomValues(new Uint8Array(9));
  return `comment_${now}_${[...letters].map((byte) => (byte % 36).toString(36)).join('')}`;
}

/** The part of a text from one 1-based line to another, without the last line break. */
export function linesOf(text: string, from: number, to: number): Quote | undefined {
  let start = 0;
  for (let line = 1; line < from; line++) {
    const at = text.indexOf('\n', start);
    if (at < 0) return undefined;
    start = at + 1;
  }
  let end = start;
  for (let line = from; line <= to; line++) {
    const at = text.indexOf('\n', end);
    end = at < 0 ? text.length : at + 1;
  }
  const part = text.slice(start, end).replace(/\r?\n$/, '');
  return part === '' ? undefined : { text: part, start, end: start + part.length };
}

/** What was selected on the screen, in the text itself: its words where they stand, over line breaks and emphasis; else the lines. */
export function quoteOf(text: string, from: number, to: number, selected: string): Quote | undefined {
  const lines = linesOf(text, from, to);
  const words = selected.length > selectedMax ? '' : selected.trim();
  const found = lines === undefined || words === '' ? null : shownAs(words).exec(lines.text);
  if (lines === undefined || found === null) return lines;
  const [part] = found;
  return { text: part, start: lines.start + found.index, end: lines.start + found.index + part.length };
}

/** A longer selection takes its lines. */
const selectedMax = 10_000;

/** Finds words in Markdown by how they are read: any white space and marks of emphasis may stand between them. */
function shownAs(words: string): RegExp {
  const escaped = words.split(/\s+/).map((word) => word.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&'));
  return new RegExp(escaped.join('[\\s*_`~>]+'));
}

/** The 1-based line of a place in a text. */
export function lineAt(text: string, place: number): number {
  let line = 1;
  for (let at = text.indexOf('\n'); at >= 0 && at < place; at = text.indexOf('\n', at + 1)) line += 1;
  return line;
}

/** The line that an agent's or a tool's comment is about; undefined where it is about the text as a whole, or its part is no longer there. */
export function lineOfComment(text: string, comment: ApprovalComment): number | undefined {
  const { selectedText, startOffset = 0, startLine } = comment;
  if (selectedText === undefined) return startLine;
  const at = nearest(text, selectedText, startOffset);
  return at === undefined ? undefined : lineAt(text, at);
}

/** Lines that are shown, or lines in between that are as before. */
export type Fold =
  | {
      readonly is: 'hunk';
      readonly heading: string;
      readonly added: number;
      readonly removed: number;
      readonly lines: readonly DiffLine[];
    }
  /** `headings`: of the parts that begin in it. */
  | { readonly is: 'same'; readonly headings: readonly string[]; readonly lines: readonly DiffLine[] };

/** How many lines around a change are shown. */
const around = 3;

/** A whole comparison, folded to what has changed. */
export function foldLines(lines: readonly DiffLine[]): readonly Fold[] {
  const shown = new Uint8Array(lines.length);
  for (const [at, { type }] of lines.entries())
    if (type !== 'normal') shown.fill(1, Math.max(0, at - around), at + around + 1);
  const folds: Fold[] = [];
  let heading = '';
  for (let at = 0; at < lines.length; ) {
    let to = at;
    while (to < lines.length && shown[to] === shown[at]) to += 1;
    const part = lines.slice(at, to);
    const first = part.findIndex(({ type }) => type !== 'normal');
    for (const { type, content } of first < 0 ? part : part.slice(0, first + 1))
      if (type !== 'delete') heading = headingOf(content) ?? heading;
    if (shown[at] === 0)
      folds.push({ is: 'same', headings: part.flatMap(({ content }) => headingOf(content) ?? []), lines: part });
    else {
      const count = (type: DiffLine['type']) => part.filter((line) => line.type === type).length;
      folds.push({ is: 'hunk', heading, added: count('add'), removed: count('delete'), lines: part });
    }
    for (const { type, content } of part) if (type !== 'delete') heading = headingOf(content) ?? heading;
    at = to;
  }
  return folds;
}

/** The words of a line that is a heading. */
function headingOf(line: string): string | undefined {
  return /^#{1,6} +(.+)$/.exec(line)?.[1];
}
