/** Args that several kinds share. */
import * as v from 'valibot';
import { Rev } from '../document.ts';
import { limits } from '../limits.ts';

/** The project's id, or its name where only one has it. */
export const ProjectArg = v.pipe(v.string(), v.minLength(1), v.maxLength(100));

/** The name of the spec's folder, a number that only one spec has, or the folder's path in the project, which names an archived spec beside an active one of its name. Looked up among the known specs, never joined to a path. */
export const SpecArg = v.pipe(v.string(), v.minLength(1), v.maxLength(limits.pathLengthMax));

const wellFormed = v.check((text: string) => text.isWellFormed(), 'Text must not contain half of a surrogate pair');

/** One line of printable text, as it may stand in front matter. */
export const Line = v.pipe(
  v.string(),
  v.trim(),
  v.minLength(1),
  v.maxLength(200),
  v.regex(/^[^\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]*$/u, 'Must be one line of printable text'),
  wellFormed,
);

/** The whole new text of a file. */
export const Content = v.pipe(
  v.string(),
  wellFormed,
  v.check(
    (text) => new TextEncoder().encode(text).length <= limits.documentBodyBytesMax,
    'A document has at most 5 MiB',
  ),
);

/** Text must not contain half of a surrogate pair: it would come out of the file as another character. */
const Inserted = v.pipe(v.string(), wellFormed);

/** One change of a text: what lies between two places goes, `text` comes. Places count UTF-16 units from the beginning of the file's text, a byte order mark included. */
export const TextEdit = v.strictObject({
  start: v.pipe(v.number(), v.integer(), v.minValue(0)),
  end: v.pipe(v.number(), v.integer(), v.minValue(0)),
  text: Inserted,
});
export type TextEdit = v.InferOutput<typeof TextEdit>;

/** The changes of a file's text since `ifRev`, in order and apart; every byte outside of them stays. */
export const Edits = v.pipe(
  v.array(TextEdit),
  v.minLength(1),
  v.maxLength(limits.textEditsMax),
  v.check(
    (edits) => edits.every(({ start, end }, at) => start >= (edits[at - 1]?.end ?? 0) && end >= start),
    'Edits must be in the order of the text and must not overlap',
  ),
);

/** What becomes of a document: its whole new text, or what changes in it. */
export const NewText = { content: v.optional(Content), edits: v.optional(Edits) };

/** Whether it is one of them. */
export function isOneText({ content, edits }: { readonly content?: unknown; readonly edits?: unknown }): boolean {
  return (content === undefined) !== (edits === undefined);
}
export const oneTextIsWanted = 'Give either `edits` (what changes) or `content` (the whole new text)';

/** The file that was written, and its rev now. */
export const Written = { path: v.string(), rev: Rev };

/** The same for a text; `undo.edits` take back what `edits` did, sent with `ifRev: rev`. */
export const TextWritten = v.strictObject({
  ...Written,
  undo: v.optional(v.strictObject({ edits: v.array(TextEdit) })),
});

/** What archiving and bringing back answer: where the spec is now. */
export const Moved = v.strictObject({
  spec: v.string(),
  /** The spec's folder before and after, in the project; the same where only the status changed. */
  from: v.string(),
  to: v.string(),
  /** The folder's rev now: the `ifRev` that takes it back. */
  folderRev: v.string(),
  /** Where only the status changed: what gives the bytes of the main file back, by spec-metadata-update with its rev as `ifRev`. */
  undo: v.optional(v.strictObject({ rev: Rev, edits: v.array(TextEdit) })),
});
