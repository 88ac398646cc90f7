/** The line of a text that a search found, with what to mark. Pure. */

export interface HitPart {
  readonly text: string;
  readonly marked: boolean;
}

export interface Hit {
  readonly parts: readonly HitPart[];
  /** The heading it stands under; undefined before the first one. */
  readonly heading: string | undefined;
}

/** How much of a line is shown, and how much of it stands before the first word found, in characters. */
const lineMax = 160;
const beforeMax = 40;
/** A longer line is not looked at beyond this, in characters. */
const lineReadMax = 10_000;

/** The line with most of the terms (lower case), the earliest of several; undefined if no line has one. */
export function hitOf(text: string, terms: readonly string[]): Hit | undefined {
  let best: { readonly line: string; readonly heading: string | undefined; readonly count: number } | undefined;
  let heading: string | undefined;
  for (const whole of text.split(/\r\n?|\n/)) {
    const line = whole.slice(0, lineReadMax);
    const title = /^#{1,6}\s+(.+)/.exec(line)?.[1];
    if (title !== undefined) heading = title;
    const lower = line.toLowerCase();
    const count = terms.filter((term) => lower.includes(term)).length;
    if (count > (best?.count ?? 0)) best = { line, heading, count };
    if (count === terms.length) break;
  }
  return best && { heading: best.heading, parts: partsOf(cut(best.line, terms), terms) };
}

/** The part of a line around its first term. */
function cut(line: string, terms: readonly string[]): string {
  const lower = line.toLowerCase();
  const first = Math.min(...terms.map((term) => lower.indexOf(term)).filter((at) => at >= 0));
  const from = first > beforeMax ? first - beforeMax : 0;
  const shown = line.slice(from, from + lineMax).trim();
  return `${from > 0 ? '…' : ''}${shown}${from + lineMax < line.length ? '…' : ''}`;
}

function partsOf(line: string, terms: readonly string[]): HitPart[] {
  const longestFirst = terms
    .toSorted((a, b) => b.length - a.length)
    .map((term) => term.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&'));
  return line
    .split(new RegExp(`(${longestFirst.join('|')})`, 'iu'))
    .map((text, at) => ({ text, marked: at % 2 === 1 }))
    .filter(({ text }) => text !== '');
}
