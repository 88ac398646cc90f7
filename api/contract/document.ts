/** The description of a file of a project, which lists, boards and filters show. Its bytes are separate, addressed by rev. */
import * as v from 'valibot';
import { limits } from './limits.ts';
import { printable } from './printable.ts';

/** SHA-256 (64 lower-case hex digits) of a file's exact bytes; also the address of its body. */
export const Rev = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/, 'A rev is 64 lower-case hex digits'));

/** A name that every JavaScript object has, such as `constructor`. As keys such names break lookups, and schemas drop them. */
const isInherited = (name: string) => name in Object.prototype || name === 'prototype';

/** A random id of a machine, project, key or command: url-safe, 8 to 64 characters. */
export const Id = v.pipe(
  v.string(),
  v.regex(/^[A-Za-z0-9_-]{8,64}$/, 'An id has 8 to 64 of A-Z a-z 0-9 _ -'),
  v.check((id) => !isInherited(id), 'This name is reserved in JavaScript'),
);

/** A point in time, ISO 8601. */
export const Moment = v.pipe(
  v.string(),
  v.isoTimestamp(),
  v.check((time) => Number.isFinite(Date.parse(time)), 'This is not a valid time'),
);

/** One line of text from others, safe to show anywhere: characters that must not be shown are replaced. */
export function label(lengthMax: number) {
  return v.pipe(
    v.string(),
    v.maxLength(lengthMax),
    v.transform((text) => printable(text)),
  );
}

/** A name from a list that other releases may extend. Unknown names are carried and shown, and never refused. */
export const OpenName = v.pipe(
  v.string(),
  v.regex(/^[a-z][a-z0-9-]{0,63}$/, 'This takes a name such as lean-spec'),
  v.check((name) => !isInherited(name), 'This name is reserved in JavaScript'),
);

/** A person's name for a machine or a project: printable, one line, no bidirectional controls. */
export const Name = v.pipe(
  v.string(),
  v.trim(),
  v.minLength(1),
  v.maxLength(100),
  v.regex(/^[^\p{Cc}\u2028\u2029\u200b-\u200f\u202a-\u202e\u2066-\u2069]*$/u, 'A name is one line of printable text'),
);

/** The path of a file inside its project: relative, `/` between segments, no `.` or `..` segment, no control character, backslash or half of a surrogate pair. */
export const Path = v.pipe(
  v.string(),
  v.minLength(1),
  v.maxLength(limits.pathLengthMax),
  v.check(isPath, 'A path is relative to the project, with / between its parts'),
);

function isPath(path: string): boolean {
  if (/[\p{Cc}\\]/u.test(path) || !path.isWellFormed()) return false;
  return path.split('/').every((part) => part !== '' && part !== '.' && part !== '..');
}

export const documentKinds = [
  'spec',
  'sub-spec',
  'requirements',
  'design',
  'tasks',
  'steering',
  'approval',
  'snapshots',
  'implementation-log',
  'job',
  'config',
  'file',
] as const;
export type DocumentKind = (typeof documentKinds)[number];

/** A format: a way of keeping specs on disk. */
export const formats = ['lean-spec', 'spec-workflow', 'spec-context'] as const;
export type Format = (typeof formats)[number];

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
export type Meta = { readonly [name: string]: Json };

/** What the format has read from the file (see `meta.ts`). The relay filters by it and does not interpret it. */
export const MetaRecord = v.custom<Meta>(
  (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
  'meta is an object',
);

/** The notice that a document or record carries. The relay shows it for as long as it is carried, and does not interpret it. */
export const NoticeSaid = v.object({
  /** The sort of notice, by which people choose what they are notified of: `approval`, `failed`. */
  topic: OpenName,
  title: label(limits.noticeTitleLengthMax),
  text: v.optional(label(limits.noticeTextLengthMax)),
  /** When the notice ends, ISO 8601. */
  until: v.optional(Moment),
});
export type NoticeSaid = v.InferOutput<typeof NoticeSaid>;

/** Where the bytes are: `held` by the relay, `pending` (to be uploaded), or `omitted` (too large or excluded, so only listed). */
export const BodyState = v.picklist(['held', 'pending', 'omitted']);
export type BodyState = v.InferOutput<typeof BodyState>;

export const Document = v.object({
  /** Id of the project. */
  project: Id,
  path: Path,
  /** One of `documentKinds`, or one of another release. */
  kind: OpenName,
  /** Name of the spec's folder, for documents of a spec. */
  spec: v.optional(v.pipe(v.string(), v.maxLength(255))),
  title: v.optional(label(500)),
  rev: Rev,
  /** Bytes. */
  size: v.pipe(v.number(), v.integer(), v.minValue(0)),
  /** Time of the last change on the machine, in ms since 1970. */
  mtime: v.pipe(v.number(), v.minValue(0)),
  meta: MetaRecord,
  notice: v.optional(NoticeSaid),
  body: BodyState,
});
export type Document = v.InferOutput<typeof Document>;

/** A document as `GET …/documents/:project/<path>` answers: flat, with the text, or base64 where the bytes are not UTF-8. */
export type DocumentWithBody = Document & {
  readonly machine: string;
  readonly text?: string;
  readonly bodyBase64?: string;
};
