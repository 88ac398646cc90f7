/** Writing a whole document, known or new: what spec-document-write and steering-write share. */
import { Problem } from '#contract/problems.ts';
import { neverLeaves } from '../formats/never-leaves.ts';
import { readNow, type Written, writeDocument } from './edit-document.ts';
import type { CommandContext } from './handler.ts';

/** Writes `content` at a path that the caller has looked up or composed of checked parts; a new file only where the sender saw none. */
export async function writeWhole(context: CommandContext, path: string, content: string): Promise<Written> {
  if (neverLeaves(path)) throw new Problem('path-refused', `"${path}" is a name that Sallyport does not touch.`);
  const absent = context.ifRev === 'absent';
  const before = absent ? null : (await readNow(context, path)).rev;
  return await writeDocument(context, path, before, new TextEncoder().encode(content), {});
}
