/** Writes the text of a known or new document: the common code of spec-document-write and steering-write. */
import type { TextEdit } from '#contract/kinds/args.ts';
import type { ResultOf } from '#contract/kinds/index.ts';
import { Problem } from '#contract/problems.ts';
import { applyEdits } from '../files/text-edits.ts';
import { neverLeaves } from '../leaving/never-leaves.ts';
import { editDocument, writeBytes } from './edit-document.ts';
import type { CommandContext } from './handler.ts';

interface NewText {
  readonly content?: string | undefined;
  readonly edits?: readonly TextEdit[] | undefined;
}

interface Undo {
  readonly undo?: { edits: TextEdit[] };
}

/** Writes a text at a path that the caller has looked up or composed of checked parts. Creates a file only if the sender saw none. Throws `edit-refused` for edits outside the text. */
export async function writeText(
  context: CommandContext,
  path: string,
  { content, edits = [] }: NewText,
): Promise<ResultOf<'spec-document-write'>> {
  if (neverLeaves(path, false)) throw new Problem('path-refused', `"${path}" is a name that Sallyport does not touch.`);
  if (context.ifRev === 'absent') {
    if (content === undefined)
      throw new Problem('edit-refused', 'There is no file to edit yet: send its whole text as `content`.');
    const bytes = new TextEncoder().encode(content);
    return await writeBytes(context, { path, before: null, bytes }, (rev) => ({ path, rev }));
  }
  return await editDocument<Undo>(context, path, (before) => {
    if (content !== undefined) return { text: content, more: {} };
    const { text, undo } = applyEdits(before, edits);
    return { text, more: { undo: { edits: undo } } };
  });
}
