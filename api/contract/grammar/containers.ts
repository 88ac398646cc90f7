/** Quotes and list items of Markdown: which of them a line continues, and where its own content begins. */

/** A block that holds others: a quote, or a list item whose content begins `offset` columns after that of its parent. */
export type Container =
  | { readonly is: 'quote' }
  | { readonly is: 'item'; readonly bullet: string; readonly offset: number; empty: boolean };

/** Where a line is read: its next character that is no blank, and the column where the content of the innermost container begins. */
export interface Place {
  readonly at: number;
  readonly column: number;
  readonly content: number;
}

const marker = /(?:[-+*]|\d{1,9}[.)])(?=[ \t]|$)/y;

/** Goes into the containers that the line continues; how many, and where its own content begins. */
export function descend(
  line: string,
  containers: readonly Container[],
): { readonly depth: number; readonly place: Place } {
  let place = skipBlanks(line, 0, 0, 0);
  for (const [depth, container] of containers.entries()) {
    if (container.is === 'quote') {
      const inside = isNear(place) && line[place.at] === '>' ? intoQuote(line, place) : undefined;
      if (inside === undefined) return { depth, place };
      place = inside;
    } else if (place.at >= line.length) {
      if (container.empty) return { depth, place };
    } else if (place.column - place.content < container.offset) return { depth, place };
    else place = { ...place, content: place.content + container.offset };
  }
  return { depth: containers.length, place };
}

function skipBlanks(line: string, from: number, fromColumn: number, content: number): Place {
  let at = from;
  let column = fromColumn;
  for (; line[at] === ' ' || line[at] === '\t'; at++) column += line[at] === '\t' ? 4 - (column % 4) : 1;
  return { at, column, content };
}

/** Whether what begins here is not indented so far that it is code. */
export function isNear({ column, content }: Place): boolean {
  return column - content < 4;
}

export function intoQuote(line: string, { at, column }: Place): Place {
  const next = line[at + 1];
  return skipBlanks(line, at + 1, column + 1, column + 1 + (next === ' ' || next === '\t' ? 1 : 0));
}

/** Into a list item, where one begins; its content begins after one to four blanks, else one column after the mark. */
export function intoItem(
  line: string,
  { at, column, content: outer }: Place,
  goesOn: boolean,
): { readonly container: Container; readonly place: Place } | undefined {
  const mark = matchAt(marker, line, at);
  if (mark === undefined) return undefined;
  const place = skipBlanks(line, at + mark.length, column + mark.length, 0);
  const empty = place.at >= line.length;
  // Of the items, those with words interrupt a paragraph, and of the numbered ones that with 1.
  if (goesOn && (empty || (/\d/.test(mark) && Number.parseInt(mark, 10) !== 1))) return undefined;
  const blanks = place.column - column - mark.length;
  const content = column + mark.length + (empty || blanks > 4 ? 1 : blanks);
  return {
    container: { is: 'item', bullet: mark.at(-1) ?? '', offset: content - outer, empty },
    place: { ...place, content },
  };
}

/** The character that a list keeps from item to item. */
export function bulletAt(line: string, at: number): string | undefined {
  return matchAt(marker, line, at)?.at(-1);
}

/** What a sticky pattern finds at a place, if anything. */
export function matchAt(pattern: RegExp, line: string, at: number): string | undefined {
  pattern.lastIndex = at;
  return pattern.exec(line)?.[0];
}
