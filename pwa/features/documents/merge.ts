/** Merges the changes of two people in one text by paragraph. Paragraphs that both have changed are left to a person. */
import { type Hunk, hunksBetween } from '#contract/text-hunks.ts';

/** A part of the merged text: agreed text, or a paragraph that both have changed. */
export type MergePart =
  | { readonly is: 'agreed'; readonly text: string }
  | { readonly is: 'clash'; readonly mine: string; readonly theirs: string };

export type Choice = 'mine' | 'theirs' | 'both';

/** Merges two descendants of `base`, paragraph by paragraph (an item of a list, a heading and a field of front matter are paragraphs of their own). */
export function mergeTexts(base: string, mine: string, theirs: string): MergePart[] {
  const [old, left, right] = [paragraphsOf(base), paragraphsOf(mine), paragraphsOf(theirs)];
  const parts: MergePart[] = [];
  const agree = (pieces: readonly string[]) => {
    const last = parts.at(-1);
    const text = pieces.join('');
    if (text === '') return;
    if (last?.is === 'agreed') parts[parts.length - 1] = { is: 'agreed', text: last.text + text };
    else parts.push({ is: 'agreed', text });
  };
  let at = 0;
  for (const region of regionsOf(hunksBetween(old, left), hunksBetween(old, right))) {
    agree(old.slice(at, region.start));
    const own = sideOf(region, region.mine, left);
    const other = sideOf(region, region.theirs, right);
    if (region.mine.length === 0 || own.join('') === other.join('')) agree(other);
    else if (region.theirs.length === 0) agree(own);
    else parts.push({ is: 'clash', mine: own.join(''), theirs: other.join('') });
    at = region.end;
  }
  agree(old.slice(at));
  return parts;
}

/** The merged text with a choice for each clash, in order; undefined while one is missing. */
export function mergedText(parts: readonly MergePart[], choices: readonly (Choice | undefined)[]): string | undefined {
  let clashes = 0;
  const texts = parts.map((part) => {
    if (part.is === 'agreed') return part.text;
    const choice = choices[clashes++];
    if (choice === 'both') return withBreak(part.theirs) + part.mine;
    return choice === undefined ? undefined : part[choice];
  });
  return texts.includes(undefined) ? undefined : texts.join('');
}

const withBreak = (text: string) => (text === '' || text.endsWith('\n') ? text : `${text}\n`);

/** Lines that begin a paragraph without a blank line before them. */
const opening = /^(?:\s*(?:[-*+]|\d+[.)])\s|#{1,6}\s|\||---\s*$|\w+:\s)/;

/** Splits a text into paragraphs, each blank line being one. Joined they are the text. */
export function paragraphsOf(text: string): string[] {
  const paragraphs: string[] = [];
  let isOpen = false;
  for (const line of text === '' ? [] : text.split(/(?<=\n)/)) {
    const blank = line.trim() === '';
    if (isOpen && !blank && !opening.test(line)) paragraphs[paragraphs.length - 1] += line;
    else paragraphs.push(line);
    isOpen = !blank;
  }
  return paragraphs;
}

/** A range of the base that one side has changed, or both at once. */
interface Region {
  readonly start: number;
  end: number;
  readonly mine: Hunk[];
  readonly theirs: Hunk[];
}

function regionsOf(mine: readonly Hunk[], theirs: readonly Hunk[]): Region[] {
  const regions: Region[] = [];
  const all = [
    ...mine.map((hunk) => ({ hunk, side: 'mine' as const })),
    ...theirs.map((hunk) => ({ hunk, side: 'theirs' as const })),
  ].sort((a, b) => a.hunk.start - b.hunk.start || a.hunk.end - b.hunk.end);
  for (const { hunk, side } of all) {
    let last = regions.at(-1);
    if (last === undefined || !meets(last, hunk)) {
      last = { start: hunk.start, end: hunk.end, mine: [], theirs: [] };
      regions.push(last);
    }
    last.end = Math.max(last.end, hunk.end);
    last[side].push(hunk);
  }
  return regions;
}

/** Whether two changes meet: they overlap, or one inserts where the other ends. */
function meets({ start, end }: Region, hunk: Hunk): boolean {
  if (hunk.start < end) return true;
  return hunk.start === end && (hunk.start === hunk.end || start === end);
}

/** What a side has made of a region: its own pieces where it changed something, those of the base in between. */
function sideOf(region: Region, hunks: readonly Hunk[], pieces: readonly string[]): readonly string[] {
  const [first, last] = [hunks[0], hunks.at(-1)];
  if (first === undefined || last === undefined) return [];
  return pieces.slice(first.newStart - (first.start - region.start), last.newEnd + (region.end - last.end));
}
