/** Reads an approval and the file that it asks about from the disk, as they are at this moment. */
import {
  type Approval,
  approvalOf,
  type Fields,
  isPending,
  parseFields,
  reviewedPath,
} from '#contract/approvals/approval.ts';
import { approvalId, findApproval } from '#contract/approvals/find.ts';
import { Problem } from '#contract/problems.ts';
import { readAt } from '../files/read.ts';
import { decodeUtf8 } from '../formats/front-matter.ts';
import { shorten } from '../formats/shorten.ts';
import type { Project } from '../projects/project.ts';
import { type Candidate, type Desk, readCandidates } from './checkouts.ts';
import type { Left } from './ledger.ts';
import type { Showable } from './reviewed-file.ts';

export interface ApprovalOnDisk {
  readonly id: string;
  /** Of the JSON, in the project. */
  readonly path: string;
  readonly rev: string;
  readonly bytes: Uint8Array;
  readonly fields: Fields;
  readonly said: Approval;
}

/** The approval that a command names. Throws `approval-gone` where it is not there (any more), `file-unparsable`. */
export async function readApproval(project: Project, name: string): Promise<ApprovalOnDisk> {
  const { path } = find(project, name);
  const read = await readAt(project.root, path);
  if (read.is === 'absent') throw new Problem('approval-gone');
  if (read.is === 'hidden') throw new Problem('file-failed', `The bridge cannot read "${path}": ${read.why}.`);
  if (read.is !== 'file' || !('rev' in read)) throw new Problem('path-refused', `"${path}" is no regular file.`);
  if (read.bytes === undefined) throw new Problem('file-too-large');
  const text = decodeUtf8(read.bytes);
  const fields = text === undefined ? 'The file is not valid UTF-8.' : parseFields(text);
  if (typeof fields === 'string') throw new Problem('file-unparsable', fields);
  const { rev, bytes } = read;
  return { id: approvalId(path), path, rev, bytes, fields, said: approvalOf(fields) };
}

/** An approval that nobody knows is one that an agent has removed: people name only what they have seen. */
function find({ documents }: Project, name: string) {
  try {
    return findApproval(documents.ofKind('approval'), name);
  } catch (error) {
    if (error instanceof Problem && error.code === 'approval-unknown')
      throw new Problem('approval-gone', undefined, {}, error);
    throw error;
  }
}

/** Throws `already-decided`, whose detail says how it was decided and, if a command did it, by whom; then `conflict` with `currentRev`. */
export function checkWaits({ said, rev }: ApprovalOnDisk, ifRev: string | undefined, left: Left | undefined): void {
  if (!isPending(said.status))
    throw new Problem('already-decided', howDecided(said, left?.rev === rev ? left.by : undefined), {
      currentRev: rev,
    });
  if (ifRev !== undefined && ifRev !== rev)
    throw new Problem('conflict', 'Somebody has changed the approval, for example added a comment.', {
      currentRev: rev,
    });
}

/** As much of the answer to the agent as fits into a sentence. */
const wordsLengthMax = 200;

function howDecided({ status, respondedAt, response }: Approval, by: string | undefined): string {
  const who = by === undefined ? '' : `, by ${by}`;
  const when = respondedAt === undefined ? '' : ` since ${respondedAt}`;
  const words = response === undefined ? '' : ` The agent was told: "${shorten(response, wordsLengthMax)}"`;
  return `It is ${status ?? 'without a status'}${when}${who}.${words}`;
}

/** The file under review: readable with its rev, or why it is not. `path` is as the approval writes it. */
export type Reviewed = { readonly path: string } & Showable;

/** The file under review in each checkout, the shown one first; or why it is never opened. */
export type ReviewedFile = { readonly path: string } & (
  | { readonly candidates: readonly [Candidate, ...Candidate[]] }
  | { readonly why: string }
);

export async function readReviewed(
  desk: Desk,
  { said: { filePath, metadata } }: Pick<ApprovalOnDisk, 'said'>,
): Promise<ReviewedFile> {
  const named = reviewedPath(filePath);
  if ('why' in named) return { path: filePath ?? '', why: named.why };
  const { checkout } = metadata ?? {};
  const asked = typeof checkout === 'string' ? checkout : undefined;
  return { path: named.path, candidates: await readCandidates(desk, named.path, asked) };
}
