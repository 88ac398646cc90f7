/** Splices: an edit replaces a few ranges, and every byte outside them stays. */

/** Replaces what lies between two UTF-16 offsets of a text. */
export interface Splice {
  readonly start: number;
  readonly end: number;
  readonly insert: string;
}

/** The text with all splices applied; insertions at one place keep their order. Throws RangeError if two overlap, which is a defect. */
export function applySplices(text: string, splices: readonly Splice[]): string {
  const ordered = splices
    .map((splice, order) => ({ ...splice, order }))
    .sort((a, b) => a.start - b.start || a.end - b.end || a.order - b.order);
  let result = '';
  let at = 0;
  for (const { start, end, insert } of ordered) {
    if (start < at || end < start) throw new RangeError('splices overlap');
    result += text.slice(at, start) + insert;
    at = end;
  }
  return result + text.slice(at);
}

/** The line break that the first line of a text ends with. */
export function lineBreakOf(text: string): '\r\n' | '\n' {
  return /\r?\n/.exec(text)?.[0] === '\r\n' ? '\r\n' : '\n';
}

/** Offset of the start of the line that holds `at`. */
export function lineStart(text: string, at: number): number {
  return text.lastIndexOf('\n', at - 1) + 1;
}

/** Offset after the line break of the line that holds `at`; the end of the text on its last line. */
export function lineEnd(text: string, at: number): number {
  const found = text.indexOf('\n', at);
  return found === -1 ? text.length : found + 1;
}
