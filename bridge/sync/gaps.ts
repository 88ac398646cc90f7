/** What a comparison leaves out: ranges of keys in which the machine may have documents that it does not know now. Absence means nothing there, and the relay keeps what it has. */
import { documentKey } from '#contract/document-key.ts';

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
