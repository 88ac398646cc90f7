/** Schemas that the kinds of approvals share. */
import * as v from 'valibot';
import type { ItemEnded } from '../audit.ts';
import { Rev } from '../document.ts';
import { limits } from '../limits.ts';

/** The id of an approval, or `category/id` where two categories have the same id. It is looked up among the known approvals and never joined to a path. */
export const ApprovalArg = v.pipe(v.string(), v.minLength(1), v.maxLength(500));

/** Whether a list names no approval twice. */
export function isEachOnce(items: readonly { readonly approval: string }[]): boolean {
  return new Set(items.map(({ approval }) => approval)).size === items.length;
}

const optional = {
  type: v.optional(v.string()),
  category: v.optional(v.string()),
  categoryName: v.optional(v.string()),
  createdAt: v.optional(v.string()),
  respondedAt: v.optional(v.string()),
  response: v.optional(v.string()),
};

export const ReviewedFile = v.strictObject({
  path: v.string(),
  rev: v.optional(Rev),
  readable: v.boolean(),
  why: v.optional(v.string()),
});

/** An approval as lists show it. `rev` is that of its JSON: the `ifRev` of a decision. */
export const ApprovalListed = v.strictObject({
  id: v.string(),
  path: v.string(),
  rev: Rev,
  title: v.string(),
  /** `pending`, `approved`, `rejected`, `needs-revision`, or the word that is written. */
  status: v.string(),
  ...optional,
  comments: v.number(),
  file: ReviewedFile,
  /** What became of it, where whoever answers has the records. */
  decision: v.optional(
    v.strictObject({
      state: v.string(),
      /** `here` or `elsewhere`. */
      how: v.optional(v.string()),
      by: v.optional(v.string()),
      takenAt: v.optional(v.string()),
    }),
  ),
});

/** Any text of a person: several lines, no NUL, no half of a surrogate pair. */
const words = (lengthMax: number) =>
  v.pipe(
    v.string(),
    v.maxLength(lengthMax),
    v.check(
      (text) => !text.includes('\0') && text.isWellFormed(),
      'Text must not contain NUL or half of a surrogate pair',
    ),
  );

/** What an agent says of the text that it asks about: a few sentences. */
export const Reason = words(3000);

/** What the person says to the agent. */
export const Response = words(limits.commentLengthMax);

const commentId = v.pipe(
  v.string(),
  v.regex(/^comment_\d{1,16}_[0-9a-z]{9}$/, 'An id looks like comment_<ms>_<9 of 0-9a-z>'),
);
const offset = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(limits.documentBodyBytesMax));

/** A comment of a decision. Offsets count UTF-16 units of the text with the rev `fileRev`, and `selectedText` is exactly that part of it. */
export const Comment = v.variant('type', [
  v.strictObject({
    type: v.literal('general'),
    comment: v.pipe(words(limits.commentLengthMax), v.minLength(1)),
    timestamp: v.pipe(v.string(), v.isoTimestamp()),
    id: commentId,
  }),
  v.strictObject({
    type: v.literal('selection'),
    comment: v.pipe(words(limits.commentLengthMax), v.minLength(1)),
    timestamp: v.pipe(v.string(), v.isoTimestamp()),
    id: commentId,
    selectedText: v.pipe(v.string(), v.minLength(1), v.maxLength(limits.commentLengthMax)),
    startOffset: offset,
    endOffset: offset,
  }),
]);
export type Comment = v.InferOutput<typeof Comment>;

export const Comments = v.pipe(v.array(Comment), v.maxLength(limits.commentsMax));

/** The rev of the text that the person saw; `absent` where there was none to see. */
export const FileRev = v.union([Rev, v.literal('absent')]);

export const Decision = v.picklist(['approve', 'reject', 'needs-revision']);

/** A decision that was written. */
export const Decided = v.strictObject({
  approval: v.string(),
  status: v.string(),
  respondedAt: v.string(),
  /** The JSON, and its rev now: the `ifRev` of approval-reopen. */
  path: v.string(),
  rev: Rev,
  file: v.string(),
  fileRev: FileRev,
  /** The checkout whose text was decided on, where they differed. */
  checkout: v.optional(v.string()),
  snapshot: v.optional(v.strictObject({ path: v.string(), version: v.number() })),
  /** Why no snapshot was written; the decision stands. */
  snapshotProblem: v.optional(v.string()),
  /** Ids of the comments that the decision added. */
  added: v.optional(v.array(v.string())),
});

export const SnapshotListed = v.strictObject({
  version: v.number(),
  trigger: v.string(),
  timestamp: v.string(),
  approvalId: v.string(),
  approvalTitle: v.string(),
  size: v.number(),
  lines: v.number(),
  rev: Rev,
  path: v.string(),
});

/** How each of several approvals ended that one command named. */
export const SeveralEnded = {
  total: v.number(),
  succeeded: v.array(v.string()),
  failed: v.array(v.strictObject({ id: v.string(), problem: v.string(), detail: v.optional(v.string()) })),
};

interface Ended {
  readonly succeeded: readonly string[];
  readonly failed: readonly { readonly id: string; readonly problem: string }[];
}

/** The same for the audit. */
export function approvalsEnded({ succeeded, failed }: Ended): readonly ItemEnded[] {
  return [
    ...succeeded.map((approval): ItemEnded => ({ result: 'done', about: { approval } })),
    ...failed.map(({ id, problem }): ItemEnded => ({ result: 'failed', about: { approval: id, problem } })),
  ];
}
