/** The steps of every edit of a file: read it, compare it with the rev that the sender saw, edit the text, and replace the file. */
import { limits } from '#contract/limits.ts';
import { Problem } from '#contract/problems.ts';
import { readAt } from '../files/read.ts';
import { revOf } from '../files/rev.ts';
import { decodeUtf8 } from '../formats/front-matter.ts';
import { secretIn } from '../leaving/secret-content.ts';
import { isWithheld } from '../watch/indexed-document.ts';
import type { WriteFile } from './effects/write-file.ts';
import type { CommandContext } from './handler.ts';

/** A file, and the rev that the sender saw, if given. */
type Seen = Pick<CommandContext, 'project'> & Partial<Pick<CommandContext, 'ifRev'>>;

/** A file as it was read; `mtime` in ms since 1970. */
export interface FileShown {
  readonly rev: string;
  readonly mtime: number;
  readonly bytes: Uint8Array;
}

/** A file that was written. */
export interface Written {
  readonly path: string;
  readonly rev: string;
}

/** Edits a known document. `edit` gets its text and returns the new text and the members of the result beside path and rev. Throws `conflict`, `withheld`, `file-unparsable` and what `edit` throws. */
export async function editDocument<More extends object>(
  context: CommandContext,
  path: string,
  edit: (text: string) => { readonly text: string; readonly more: More },
): Promise<Written & More> {
  return await changeText(context, path, (before) => {
    const { text, more } = edit(before);
    return { text, resultAt: (rev) => ({ path, rev, ...more }) };
  });
}

/** The same with a custom result, which may use the new rev. */
export async function changeText<Result>(
  context: CommandContext,
  path: string,
  change: (text: string) => { readonly text: string; readonly resultAt: (rev: string) => Result },
): Promise<Result> {
  const { bytes } = await readShown(context, path);
  const before = decodeUtf8(bytes);
  if (before === undefined) throw new Problem('file-unparsable', 'The file is not valid UTF-8.');
  const { text, resultAt } = change(before);
  return await writeBytes(context, { path, before: bytes, bytes: new TextEncoder().encode(text) }, resultAt);
}

/** Replaces the bytes that were read (null: no file). Does nothing if the file already has the new bytes. */
export async function writeBytes<Result>(
  { perform }: Pick<CommandContext, 'perform'>,
  file: Omit<WriteFile, 'is'>,
  resultAt: (rev: string) => Result,
): Promise<Result> {
  const { before, bytes } = file;
  const rev = revOf(bytes);
  const result = resultAt(rev);
  if (before !== null && revOf(before) === rev) return result;
  if (bytes.length > limits.documentBodyBytesMax) throw new Problem('file-too-large');
  await perform([{ is: 'write-file', ...file }], result);
  return result;
}

/** Like `readNow`, if the content may leave the machine. Edits need this too, because their undo carries the replaced text. Throws `withheld`. */
export async function readShown(context: Seen, path: string): Promise<FileShown> {
  const document = context.project.documents.get(path);
  if (document !== undefined && isWithheld(document))
    throw new Problem('withheld', `"${path}" stays on the machine. ${document.meta.withheld}`);
  const read = await readNow(context, path);
  const secret = secretIn(read.bytes);
  if (secret === undefined) return read;
  throw new Problem('withheld', `"${path}" seems to hold ${secret}, so its content stays on the machine.`);
}

/** Reads the file, if it has the rev that the sender saw. Throws `conflict` with `currentRev`. */
async function readNow(context: Seen, path: string): Promise<FileShown> {
  const read = await readAt(context.project.root, path);
  if (read.is === 'absent') throw new Problem('conflict', 'The file is not there any more.');
  if (read.is === 'hidden') throw new Problem('file-failed', `The bridge cannot read "${path}": ${read.why}.`);
  if (read.is !== 'file' || !('rev' in read))
    throw new Problem('path-refused', `"${path}" is no regular file of the project.`);
  if (read.bytes === undefined) throw new Problem('file-too-large');
  if (context.ifRev !== undefined && read.rev !== context.ifRev)
    throw new Problem('conflict', undefined, { currentRev: read.rev });
  return { rev: read.rev, mtime: read.mtime, bytes: read.bytes };
}
