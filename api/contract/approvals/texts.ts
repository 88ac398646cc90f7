/** The kept texts of a file under review: named by an approval, or by file and category, since agents remove their approvals and the snapshots stay. */
import * as v from 'valibot';
import type { ProjectCopy } from '../copy.ts';
import { type Document, Path } from '../document.ts';
import { Problem } from '../problems.ts';
import { baseOf, openReview, type ReviewedFile, reviewedFile } from './find.ts';
import { ApprovalArg } from './shapes.ts';
import { lastApproved, type SnapshotListed, type SnapshotsOfFile, snapshotsIn } from './snapshots.ts';

/** Which texts are meant. */
export const textsArgs = {
  approval: v.optional(ApprovalArg),
  file: v.optional(Path),
  /** The name of the spec, or `steering`. */
  category: v.optional(v.pipe(v.string(), v.minLength(1), v.maxLength(100))),
};

interface Named {
  readonly approval?: string | undefined;
  readonly file?: string | undefined;
  readonly category?: string | undefined;
}

/** Whether they are named in one way. */
export function areNamedOnce({ approval, file, category }: Named): boolean {
  return approval === undefined ? file !== undefined && category !== undefined : (file ?? category) === undefined;
}
export const namedOnce = 'Name the texts by `approval`, or by `file` and `category`';

export interface Texts {
  readonly snapshots: SnapshotsOfFile;
  readonly file: ReviewedFile;
  /** What changes are shown against where nobody says which. */
  readonly base: SnapshotListed | undefined;
}

/** Undefined where the copy is too large to be read as a whole. Throws `approval-unknown`, `approval-ambiguous`, `snapshot-unknown`. */
export async function openTexts(
  copy: ProjectCopy,
  { approval, file = '', category = '' }: Named,
): Promise<Texts | undefined> {
  if (approval !== undefined) {
    const review = await openReview(copy, approval);
    return review && { snapshots: review.snapshots, file: review.approval.file, base: baseOf(review) };
  }
  const documents = await copy.documents();
  if (documents === undefined) return undefined;
  const snapshots = snapshotsOf(documents, file, category);
  const byPath = new Map(documents.map((document) => [document.path, document]));
  return { snapshots, file: reviewedFile({ file }, byPath), base: lastApproved(snapshots.items) ?? snapshots.items[0] };
}

/** The folders are looked up among the known ones. Those of a file with this very path come first. */
function snapshotsOf(documents: readonly Document[], file: string, category: string): SnapshotsOfFile {
  const tail = `/approvals/${category}/.snapshots/${file.split('/').at(-1)}`;
  const folders = documents
    .filter(({ kind }) => kind === 'snapshots')
    .map(({ path }) => path.slice(0, path.lastIndexOf('/')))
    .filter((folder) => folder.endsWith(tail));
  const found = [...new Set(folders)].map((folder) => snapshotsIn(documents, folder));
  const own = found.find((snapshots) => snapshots.file === file) ?? found[0];
  if (own === undefined) throw new Problem('snapshot-unknown', `Nothing was kept of ${file} in "${category}".`);
  return own;
}
