/** Block quotes and list items of Markdown: which of them a line continues, and where its own content begins. */

/** A block that contains others: a quote, or a list item whose content begins `offset` columns after that of its parent. */
export type Container =
  | { readonly is: 'quote' }
  | { readonly is: 'item'; readonly bullet: string; readonly offset: number; empty: boolean };

/** Position of the reader in a line: the next non-blank character, and the column where the content of the innermost container begins. */
export interface Cursor {
  readonly at: number;
  readonly column: number;
  readonly content: number;
}

const marker = /(?:[-+*]|\d{1,9}[.)])(?=[ \t]|$)/y;

/** Enters the containers that the line continues. Returns their number, and where the line's own content begins. */
export function descend(
  line: string,
  containers: readonly Container[],
): { readonly depth: number; readonly cursor: Cursor } {
  let cursor = skipBlanks(line, 0, 0, 0);
  for (const [depth, container] of containers.entries()) {
    if (container.is === 'quote') {
      const inside = isNear(cursor) && line[cursor.at] === '>' ? intoQuote(line, cursor) : undefined;
      if (inside === undefined) return { depth, cursor };
      cursor = inside;
    } else if (cursor.at >= line.length) {
      if (container.empty) return { depth, cursor };
    } else if (cursor.column - cursor.content < container.offset) return { depth, cursor };
    else cursor = { ...cursor, content: cursor.content + container.offset };
  }
  return { depth: containers.length, cursor };
}

function skipBlanks(line: string, from: number, fromColumn: number, content: number): Cursor {
  let at = from;
  let column = fromColumn;
  for (; line[at] === ' ' || line[at] === '\t'; at++) column += line[at] === '\t' ? 4 - (column % 4) : 1;
  return { at, column, content };
}

/** Whether the indentation is too small for indented code. */
export function isNear({ column, content }: Cursor): boolean {
  return column - content < 4;
}

export function intoQuote(line: string, { at, column }: Cursor): Cursor {
  const next = line[at + 1];
  return skipBlanks(line, at + 1, column + 1, column + 1 + (next === ' ' || next === '\t' ? 1 : 0));
}

/** Enters a list item if one begins here. Its content begins after one to four blanks, else one column after the mark. */
export function intoItem(
  line: string,
  { at, column, content: outer }: Cursor,
  goesOn: boolean,
): { readonly container: Container; readonly cursor: Cursor } | undefined {
  const mark = matchAt(marker, line, at);
  if (mark === undefined) return undefined;
  const cursor = skipBlanks(line, at + mark.length, column + mark.length, 0);
  const empty = cursor.at >= line.length;
  // Only an item with text interrupts a paragraph, and of numbered items only number 1.
  if (goesOn && (empty || (/\d/.test(mark) && Number.parseInt(mark, 10) !== 1))) return undefined;
  const blanks = cursor.column - column - mark.length;
  const content = column + mark.length + (empty || blanks > 4 ? 1 : blanks);
  return {
    container: { is: 'item', bullet: mark.at(-1) ?? '', offset: content - outer, empty },
    cursor: { ...cursor, content },
  };
}

/** The character that all items of a list share. */
export function bulletAt(line: string, at: number): string | undefined {
  return matchAt(marker, line, at)?.at(-1);
}

/** The match of a sticky pattern at an offset, if any. */
export function matchAt(pattern: RegExp, line: string, at: number): string | undefined {
  pattern.lastIndex = at;
  return pattern.exec(line)?.[0];
}
