/** Where two lists of pieces (lines, paragraphs) differ. */
import { diffArrays } from 'diff';

/** Pieces `[start, end)` of the one became pieces `[newStart, newEnd)` of the other; between hunks both are the same. */
export interface Hunk {
  readonly start: number;
  readonly end: number;
  readonly newStart: number;
  readonly newEnd: number;
}

/** Finding the least difference of two strange texts would never end: after this time all of it is one difference. */
const searchMsMax = 300;

/** The hunks that lead from one list to the other, in order. Never takes much longer than `searchMsMax`. */
export function hunksBetween(before: readonly string[], after: readonly string[]): Hunk[] {
  const head = commonHead(before, after);
  const tail = commonTail(before.slice(head), after.slice(head));
  const [old, fresh] = [before.slice(head, before.length - tail), after.slice(head, after.length - tail)];
  if (old.length === 0 && fresh.length === 0) return [];
  const found = diffArrays(old, fresh, { timeout: searchMsMax });
  if (found === undefined)
    return [{ start: head, end: head + old.length, newStart: head, newEnd: head + fresh.length }];
  return gather(found, head);
}

type Runs = readonly { readonly added: boolean; readonly removed: boolean; readonly count: number }[];

/** Removed and added pieces that follow each other are one hunk. */
function gather(runs: Runs, head: number): Hunk[] {
  const hunks: Hunk[] = [];
  let [old, fresh] = [head, head];
  let open: { start: number; newStart: number } | undefined;
  const close = () => {
    if (open !== undefined) hunks.push({ ...open, end: old, newEnd: fresh });
    open = undefined;
  };
  for (const { added, removed, count } of runs) {
    if (added || removed) open ??= { start: old, newStart: fresh };
    else close();
    if (!added) old += count;
    if (!removed) fresh += count;
  }
  close();
  return hunks;
}

/** How many pieces two lists have in common at their beginning. */
export function commonHead(a: ArrayLike<unknown>, b: ArrayLike<unknown>): number {
  const most = Math.min(a.length, b.length);
  let count = 0;
  while (count < most && a[count] === b[count]) count += 1;
  return count;
}

/** The same at their end. */
export function commonTail(a: ArrayLike<unknown>, b: ArrayLike<unknown>): number {
  const most = Math.min(a.length, b.length);
  let count = 0;
  while (count < most && a[a.length - 1 - count] === b[b.length - 1 - count]) count += 1;
  return count;
}
