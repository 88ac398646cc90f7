/** Args that several kinds share. */
import * as v from 'valibot';
import { Rev } from '../document.ts';
import { limits } from '../limits.ts';

/** The project's id, or its name where only one has it. */
export const ProjectArg = v.pipe(v.string(), v.minLength(1), v.maxLength(100));

/** The name of the spec's folder, or a number that only one spec has. Looked up among the known specs, never joined to a path. */
export const SpecArg = v.pipe(v.string(), v.minLength(1), v.maxLength(255));

const wellFormed = v.check((text: string) => text.isWellFormed(), 'Half of a surrogate pair is no text');

/** One line of printable text, as it may stand in front matter. */
export const Line = v.pipe(
  v.string(),
  v.trim(),
  v.minLength(1),
  v.maxLength(200),
  v.regex(/^[^\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]*$/u, 'This takes one line of printable text'),
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

/** The file that was written, and its rev now. */
export const Written = { path: v.string(), rev: Rev };

/** What archiving and bringing back answer: where the spec is now. */
export const Moved = v.strictObject({
  spec: v.string(),
  /** The spec's folder before and after, in the project; the same where only the status changed. */
  from: v.string(),
  to: v.string(),
  /** The folder's rev now: the `ifRev` that takes it back. */
  folderRev: v.string(),
});
