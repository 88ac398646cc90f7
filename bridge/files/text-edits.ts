/** Applies a person's edits to a text, and computes the edits that undo them. */
import type { TextEdit } from '#contract/kinds/args.ts';
import { Problem } from '#contract/problems.ts';
import { applySplices, type Splice } from './splice.ts';

/** The edited text, and the edits of it that undo the change. The contract has checked that the edits are sorted. Throws `edit-refused` if one is outside the text. */
export function applyEdits(
  text: string,
  edits: readonly TextEdit[],
): { readonly text: string; readonly undo: TextEdit[] } {
  for (const { start, end } of edits)
    if (end > text.length || isInsidePair(text, start) || isInsidePair(text, end))
      throw new Problem('edit-refused', `An edit from ${start} to ${end} does not fit the text of the file.`);
  const splices = edits.map(({ start, end, text: insert }) => ({ start, end, insert }));
  let shift = 0;
  const undo = edits.map(({ start, end, text: insert }) => {
    const from = start + shift;
    shift += insert.length - (end - start);
    return { start: from, end: from + insert.length, text: text.slice(start, end) };
  });
  return { text: applySplices(text, splices), undo };
}

/** The text with our own splices applied, in any order, and the edits of it that undo them. */
export function applyWithUndo(
  text: string,
  splices: readonly Splice[],
): { readonly text: string; readonly undo: TextEdit[] } {
  const inOrder = splices.toSorted((a, b) => a.start - b.start || a.end - b.end);
  return applyEdits(
    text,
    inOrder.map(({ start, end, insert }) => ({ start, end, text: insert })),
  );
}

/** Whether an offset is between the two halves of one character. */
function isInsidePair(text: string, at: number): boolean {
  return at > 0 && (text.codePointAt(at - 1) ?? 0) > 0xffff;
}
