/** Finds a text in what a terminal shows and what has scrolled out of sight. Loaded with the first search. */

/** Of a terminal, what a search needs. */
export interface Searched {
  readonly cols: number;
  readonly rows: number;
  readonly buffer: { readonly active: SearchedBuffer };
  select(column: number, row: number, length: number): void;
  clearSelection(): void;
  scrollToLine(line: number): void;
}

export interface SearchedBuffer {
  readonly length: number;
  getLine(row: number): SearchedLine | undefined;
}

interface SearchedLine {
  readonly isWrapped: boolean;
  readonly length: number;
  getCell(column: number): { getChars(): string; getWidth(): number } | undefined;
}

/** Where a text stands: `length` cells from there on, also over the end of a row. */
export interface Match {
  readonly column: number;
  readonly row: number;
  readonly length: number;
}

/** All of them, from the top; large and small letters are alike. */
export function matchesIn(buffer: SearchedBuffer, cols: number, wanted: string): readonly Match[] {
  const term = folded(wanted);
  const matches: Match[] = [];
  if (term === '') return matches;
  for (let row = 0; row < buffer.length; ) {
    const { text, cells, rows } = lineFrom(buffer, row, cols);
    for (let at = text.indexOf(term); at >= 0; at = text.indexOf(term, at + term.length)) {
      const from = cells[at] ?? 0;
      const to = cells[at + term.length] ?? from;
      matches.push({ column: from % cols, row: row + Math.floor(from / cols), length: to - from });
    }
    row += rows;
  }
  return matches;
}

/** A line with the rows that it goes on in, and for each unit of its text the cell that it stands in. */
function lineFrom(buffer: SearchedBuffer, row: number, cols: number) {
  let text = '';
  const cells: number[] = [];
  let rows = 0;
  do {
    const line = buffer.getLine(row + rows);
    for (let column = 0; column < cols; column++) {
      const cell = line?.getCell(column);
      // The second half of a wide character.
      if (cell?.getWidth() === 0) continue;
      const characters = folded(cell?.getChars() || ' ');
      for (let unit = 0; unit < characters.length; unit++) cells.push(rows * cols + column);
      text += characters;
    }
    rows += 1;
  } while (buffer.getLine(row + rows)?.isWrapped);
  cells.push(rows * cols);
  return { text, cells, rows };
}

/** With as many units as before, so that places in it stay. */
function folded(text: string): string {
  const lower = text.toLowerCase();
  return lower.length === text.length ? lower : text;
}

/** Which match is shown, of how many. */
export interface Found {
  readonly at: number;
  readonly count: number;
}

export interface Search {
  /** Shows the match after (1) or before (-1) the one that is shown; of a new text the last one. */
  find(wanted: string, step: 1 | -1): Found;
  end(): void;
}

export function createSearch(terminal: Searched): Search {
  let [before, at] = ['', 0];
  return {
    find(wanted, step) {
      const matches = matchesIn(terminal.buffer.active, terminal.cols, wanted);
      const to = wanted === before ? at + step : matches.length - 1;
      before = wanted;
      at = matches.length === 0 ? 0 : (to + matches.length) % matches.length;
      const match = matches[at];
      if (match === undefined) {
        terminal.clearSelection();
        return { at: 0, count: 0 };
      }
      terminal.select(match.column, match.row, match.length);
      terminal.scrollToLine(Math.max(0, match.row - Math.floor(terminal.rows / 2)));
      return { at: at + 1, count: matches.length };
    },
    end: () => terminal.clearSelection(),
  };
}
