/** Writes the text of a known or new document: the common code of spec-document-write, steering-write and file-write. */
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

type TextWritten = ResultOf<'steering-write'>;

/** Writes a text at a path that the caller has looked up or composed of checked parts. Creates a file only if the sender saw none. `tell` says more of the new text. Throws `edit-refused` for edits outside the text. */
export async function writeText<More extends object>(
  context: CommandContext,
  path: string,
  { content, edits = [] }: NewText,
  tell: (text: string) => More,
): Promise<TextWritten & More> {
  if (neverLeaves(path, false)) throw new Problem('path-refused', `"${path}" is a name that Sallyport does not touch.`);
  if (context.ifRev === 'absent') {
    if (content === undefined)
      throw new Problem('edit-refused', 'There is no file to edit yet: send its whole text as `content`.');
    const bytes = new TextEncoder().encode(content);
    return await writeBytes(context, { path, before: null, bytes }, (rev) => ({ path, rev, ...tell(content) }));
  }
  return await editDocument<Pick<TextWritten, 'undo'> & More>(context, path, (before) => {
    if (content !== undefined) return { text: content, more: tell(content) };
    const { text, undo } = applyEdits(before, edits);
    return { text, more: { undo: { edits: undo }, ...tell(text) } };
  });
}

/** For texts of which nothing more is to be said. */
export function nothingMore(): object {
  return {};
}
