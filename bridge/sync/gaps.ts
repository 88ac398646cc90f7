/** What a comparison leaves out: ranges of keys in which the machine may have documents that it does not know now. Absence means nothing there, and the relay keeps what it has. */
import { documentKey, documentPlace } from '#contract/document-key.ts';

/** The keys behind `after`, up to `last` and with it. */
export interface Gap {
  readonly after: string;
  readonly last: string;
}

/** Behind all that begins in the same way, but for names that nobody gives. */
const end = '\uffff';

/** A key is the project, a line feed and the path; no path is empty, and `\v` is the next character. */
export function gapOfProject(project: string): Gap {
  return { after: documentKey({ project, path: '' }), last: `${project}\v` };
}

export function gapOfFolder(project: string, folder: string): Gap {
  const below = documentKey({ project, path: `${folder}/` });
  return { after: below, last: below + end };
}

export function gapOfFile(project: string, path: string): Gap {
  const key = documentKey({ project, path });
  const before = String.fromCharCode(key.charCodeAt(key.length - 1) - 1);
  return { after: key.slice(0, -1) + before + end, last: key };
}

/** The same keys in as few ranges as they need, in their order: `manifestPages` and `isInGap` take these. */
export function joinGaps(gaps: readonly Gap[]): readonly Gap[] {
  const joined: Gap[] = [];
  for (const gap of gaps.toSorted((a, b) => (a.after < b.after ? -1 : 1))) {
    const before = joined.at(-1);
    if (before === undefined || gap.after > before.last) joined.push(gap);
    else if (gap.last > before.last) joined[joined.length - 1] = { after: before.after, last: gap.last };
  }
  return joined;
}

/** Fewer of them: those of a project are one where none of the keys that the machine has (in their order) is between them. What is gone there stays at the relay until later. */
export function joinOverNothing(joined: readonly Gap[], own: Iterable<string>): readonly Gap[] {
  const fewer: Gap[] = [];
  const keys = own[Symbol.iterator]();
  let next = keys.next();
  for (const gap of joined) {
    const before = fewer.at(-1);
    while (before !== undefined && !next.done && next.value <= before.last) next = keys.next();
    if (before === undefined || projectOf(before) !== projectOf(gap) || (!next.done && next.value <= gap.after))
      fewer.push(gap);
    else fewer[fewer.length - 1] = { after: before.after, last: gap.last };
  }
  return fewer;
}

const projectOf = ({ after }: Gap) => documentPlace(after).project;

/** Whether a key is in one of the joined gaps. */
export function isInGap(joined: readonly Gap[], key: string): boolean {
  let [low, high] = [0, joined.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (key > (joined[middle]?.after ?? '')) low = middle + 1;
    else high = middle;
  }
  return key <= (joined[low - 1]?.last ?? '');
}
