/** Approvals among a project's documents: which one a name means, and what is known of the file that it asks about. Pure. */
import type { ProjectCopy } from '../copy.ts';
import type { Document } from '../document.ts';
import type { ApprovalMeta } from '../meta.ts';
import { Problem } from '../problems.ts';
import type { RecordTold } from '../record.ts';
import { isPending } from './approval.ts';
import { asAsked, lastApproved, type SnapshotListed, snapshotsFolder, snapshotsIn } from './snapshots.ts';

type Described = Pick<Document, 'path' | 'kind'>;

/** The id of an approval is the name of its file, whatever the JSON says. */
export function approvalId(path: string): string {
  return (path.split('/').at(-1) ?? path).replace(/\.json$/, '');
}

/** The approval with this id, or `category/id` where two have it. Throws `approval-unknown`, `approval-ambiguous`. */
export function findApproval<Kept extends Described>(documents: Iterable<Kept>, name: string): Kept {
  const found: Kept[] = [];
  for (const document of documents)
    if (document.kind === 'approval' && isNamed(document.path, name)) found.push(document);
  const [first, ...others] = found;
  if (first === undefined) throw new Problem('approval-unknown', `There is no approval "${name.slice(0, 200)}".`);
  if (others.length > 0)
    throw new Problem('approval-ambiguous', `It could be ${found.map(({ path }) => nameOf(path)).join(' or ')}.`);
  return first;
}

/** The approval with this name in a copy, if it is there and whole. Throws as `findApproval`. */
export async function knownApproval(copy: Pick<ProjectCopy, 'documents'>, name: string): Promise<Document | undefined> {
  const documents = await copy.documents();
  return documents && findApproval(documents, name);
}

function nameOf(path: string): string {
  return `${path.split('/').at(-2) ?? ''}/${approvalId(path)}`;
}

function isNamed(path: string, name: string): boolean {
  return name === (name.includes('/') ? nameOf(path) : approvalId(path));
}

/** The newest record of a decision on the approval with this name. */
export function decisionOn(records: readonly RecordTold[], name: string): RecordTold | undefined {
  return records.findLast(({ meta }) => typeof meta.path === 'string' && isNamed(meta.path, name));
}

/** The file that an approval asks about, as far as the holder of the copy can tell. */
export interface ReviewedFile {
  /** As written, where it may not be opened. */
  readonly path: string;
  readonly rev?: string;
  readonly readable: boolean;
  /** Why it cannot be read, in one sentence. */
  readonly why?: string;
}

/** What is known of the file under review; `byPath` holds the project's documents. */
export function reviewedFile(
  meta: Pick<ApprovalMeta, 'file' | 'file_problem'>,
  byPath: ReadonlyMap<string, Document>,
): ReviewedFile {
  const { file, file_problem } = meta;
  if (file === undefined) return { path: '', readable: false, why: file_problem ?? 'The approval names no file.' };
  const document = byPath.get(file);
  if (document === undefined)
    return { path: file, readable: false, why: 'The file is not there, is a link, or never leaves the machine.' };
  const { rev, body, meta: about } = document;
  if (body !== 'omitted') return { path: file, rev, readable: true };
  const why = about.withheld ?? about.problem ?? 'Its content stays on the machine.';
  return { path: file, rev, readable: false, why: String(why) };
}

/** An approval as lists show it. */
export interface ApprovalListed {
  readonly id: string;
  /** Path and rev of its JSON. */
  readonly path: string;
  readonly rev: string;
  readonly title: string;
  readonly status: string;
  readonly type?: string;
  readonly category?: string;
  readonly categoryName?: string;
  readonly createdAt?: string;
  readonly respondedAt?: string;
  readonly response?: string;
  /** How many. */
  readonly comments: number;
  readonly file: ReviewedFile;
  readonly decision?: DecisionSaid;
}

/** What became of an approval, in short. */
export interface DecisionSaid {
  readonly state: string;
  readonly how?: string;
  readonly by?: string;
  readonly takenAt?: string;
}

/** What the records say of the approval at this path. */
export function decisionSaid(records: readonly RecordTold[], path: string): DecisionSaid | undefined {
  const found = records.findLast(({ meta }) => meta.path === path);
  if (found === undefined) return undefined;
  const { how, by, taken_at: takenAt } = found.meta;
  const texts = Object.entries({ how, by, takenAt }).filter(([, value]) => typeof value === 'string');
  return { state: found.state, ...Object.fromEntries(texts) };
}

export function describeApprovals(documents: readonly Document[], status?: string): readonly ApprovalListed[] {
  const byPath = new Map(documents.map((document) => [document.path, document]));
  return documents
    .filter(({ kind }) => kind === 'approval')
    .map((document) => describeOne(document, byPath))
    .filter((approval) => status === undefined || approval.status === status)
    .sort((a, b) => ((a.createdAt ?? '') < (b.createdAt ?? '') ? -1 : 1));
}

/** One approval; `response` is shortened to what lists hold. */
export function describeOne(document: Document, byPath: ReadonlyMap<string, Document>): ApprovalListed {
  const { path, rev, title } = document;
  const meta = document.meta as unknown as ApprovalMeta;
  const { status, type, category, category_name, created_at, responded_at, response, comments } = meta;
  return {
    id: approvalId(path),
    path,
    rev,
    title: title ?? approvalId(path),
    status: isPending(status) ? 'pending' : (status ?? 'unknown'),
    ...(type === undefined ? {} : { type }),
    ...(category === undefined ? {} : { category }),
    ...(category_name === undefined ? {} : { categoryName: category_name }),
    ...(created_at === undefined ? {} : { createdAt: created_at }),
    ...(responded_at === undefined ? {} : { respondedAt: responded_at }),
    ...(response === undefined ? {} : { response }),
    comments: comments ?? 0,
    file: reviewedFile(meta, byPath),
  };
}

/** All that a review of one approval begins with. */
export interface Review {
  readonly approval: ApprovalListed;
  readonly document: Document;
  readonly snapshots: ReturnType<typeof snapshotsIn>;
  readonly byPath: ReadonlyMap<string, Document>;
}

/** The approval with its file and snapshots; undefined where the copy is too large to be read as a whole. Throws what `findApproval` throws. */
export async function openReview(copy: ProjectCopy, name: string): Promise<Review | undefined> {
  const documents = await copy.documents();
  if (documents === undefined) return undefined;
  const byPath = new Map(documents.map((document) => [document.path, document]));
  const document = findApproval(documents, name);
  const approval = describeOne(document, byPath);
  return {
    approval,
    document,
    byPath,
    snapshots: snapshotsIn(documents, snapshotsFolder(document.path, approval.file.path)),
  };
}

/** The text that changes are shown against where nobody says which: the last approved one, else that which was asked about. */
export function baseOf({ approval, snapshots: { items } }: Review): SnapshotListed | undefined {
  return lastApproved(items) ?? asAsked(items, approval.id, approval.createdAt);
}
