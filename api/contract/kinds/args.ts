/** Args that several kinds share. */
import * as v from 'valibot';
import { Id, Name, OpenName, Rev } from '../document.ts';
import { limits } from '../limits.ts';

/** The project's id, or its name if only one project has it. */
export const ProjectArg = v.pipe(v.string(), v.minLength(1), v.maxLength(100));

/** Names a project that the machine could watch; from project-discover. */
export const DiscoveryKey = v.pipe(v.string(), v.regex(/^[A-Za-z0-9_-]{16}$/));

/** The result of project-add and project-remove: which project it is, and the key that adds it again. */
export const ProjectChanged = v.strictObject({
  project: Id,
  name: Name,
  formats: v.array(OpenName),
  key: DiscoveryKey,
});

/** The name of the spec's folder, a number that only one spec has, or the folder's path in the project, which distinguishes an archived spec from an active one with the same name. It is looked up among the known specs and never joined to a path. */
export const SpecArg = v.pipe(v.string(), v.minLength(1), v.maxLength(limits.pathLengthMax));

const wellFormed = v.check((text: string) => text.isWellFormed(), 'Text must not contain half of a surrogate pair');

/** One line of printable text of at most `lengthMax` UTF-16 units. */
export const lineOf = (lengthMax: number) =>
  v.pipe(
    v.string(),
    v.trim(),
    v.minLength(1),
    v.maxLength(lengthMax),
    v.regex(/^[^\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]*$/u, 'Must be one line of printable text'),
    wellFormed,
  );

/** One line of printable text, for front matter. */
export const Line = lineOf(200);

/** The whole new text of a file. */
export const Content = v.pipe(
  v.string(),
  wellFormed,
  v.check(
    (text) => new TextEncoder().encode(text).length <= limits.documentBodyBytesMax,
    'A document has at most 5 MiB',
  ),
);

/** Text must not contain half of a surrogate pair: UTF-8 would turn it into another character. */
const Inserted = v.pipe(v.string(), wellFormed);

/** One edit of a text: `text` replaces the range between two offsets. Offsets count UTF-16 units from the beginning of the file's text, including a byte order mark. */
export const TextEdit = v.strictObject({
  start: v.pipe(v.number(), v.integer(), v.minValue(0)),
  end: v.pipe(v.number(), v.integer(), v.minValue(0)),
  text: Inserted,
});
export type TextEdit = v.InferOutput<typeof TextEdit>;

/** The edits of the text of `ifRev`, sorted and not touching each other. Every byte outside of them stays. */
export const Edits = v.pipe(
  v.array(TextEdit),
  v.minLength(1),
  v.maxLength(limits.textEditsMax),
  v.check(
    (edits) => edits.every(({ start, end }, at) => start >= (edits[at - 1]?.end ?? 0) && end >= start),
    'Edits must be in the order of the text and must not overlap',
  ),
);

/** The new text of a document, or the edits of it. */
export const NewText = { content: v.optional(Content), edits: v.optional(Edits) };

/** Whether exactly one of them is present. */
export function isOneText({ content, edits }: { readonly content?: unknown; readonly edits?: unknown }): boolean {
  return (content === undefined) !== (edits === undefined);
}
export const oneTextIsWanted = 'Give either `edits` (what changes) or `content` (the whole new text)';

/** The file that was written, and its new rev. */
export const Written = { path: v.string(), rev: Rev };

/** The same for a text. `undo.edits`, sent with `ifRev: rev`, reverse the `edits`. */
export const TextWritten = v.strictObject({
  ...Written,
  undo: v.optional(v.strictObject({ edits: v.array(TextEdit) })),
});

/** Moves the spec although approvals of its documents are pending. */
export const Force = v.optional(v.boolean());

/** The result of archiving and unarchiving: where the spec is now. */
export const Moved = v.strictObject({
  spec: v.string(),
  /** The spec's folder in the project, before and after; equal if only the status changed. */
  from: v.string(),
  to: v.string(),
  /** The folder's new rev: the `ifRev` for the undo. */
  folderRev: v.string(),
  /** How many pending approvals of its documents were left without their file: none, but with `force`. Absent from an older bridge. */
  pendingApprovals: v.optional(v.number()),
  /** If only the status changed: args of spec-metadata-update that restore the bytes of the main file, with its rev as `ifRev`. */
  undo: v.optional(v.strictObject({ rev: Rev, edits: v.array(TextEdit) })),
});

/** The number of a snapshot; in a path or a query string it is text. 0 is the empty text. */
export const Version = v.pipe(
  v.union([v.number(), v.pipe(v.string(), v.regex(/^\d{1,6}$/), v.transform(Number))]),
  v.integer(),
  v.minValue(0),
);
