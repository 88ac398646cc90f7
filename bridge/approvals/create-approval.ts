/** Asks for an approval as the agents' tools do: a JSON in the category's folder, and a snapshot of the text when it is the first. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import * as v from 'valibot';
import { isPending, parseApproval, reviewedPath } from '#contract/approvals/approval.ts';
import { approvalId } from '#contract/approvals/find.ts';
import { snapshotsFolder } from '#contract/approvals/snapshots.ts';
import { tasksFileErrors } from '#contract/grammar/tasks-errors.ts';
import { Line } from '#contract/kinds/args.ts';
import { Problem } from '#contract/problems.ts';
import { readAt } from '../files/read.ts';
import { revOf } from '../files/rev.ts';
import { decodeUtf8 } from '../formats/front-matter.ts';
import { type Desk, readCandidates, shownOf } from './checkouts.ts';
import { randomId, type SnapshotWanted, takeSnapshot } from './snapshots.ts';

export interface ApprovalWanted {
  /** Absolute real path of the project. */
  readonly root: string;
  /** The format's folder in it: `.spec-workflow`, `.spec-context`, `.lean-spec`. */
  readonly base: string;
  readonly title: string;
  /** The file to decide on, by a path in the project. */
  readonly file: FileWanted;
  readonly type?: string;
  readonly category: Place['category'];
  readonly categoryName: Place['categoryName'];
  /** What the agent says about it. */
  readonly reason?: string | undefined;
  readonly now: Date;
}

/** The file to decide on, as it was read. */
export interface FileWanted {
  readonly path: string;
  readonly rev: string;
  readonly mtime: number;
  readonly bytes: Uint8Array;
  /** Name of the worktree that has this text; undefined for the project's own folder. */
  readonly checkout?: string | undefined;
}

/** An approval that is ready to be written, or one of the same file that waits already. */
export interface ApprovalPrepared {
  readonly id: string;
  readonly path: string;
  readonly rev: string;
  /** Rev of the file. */
  readonly fileRev: string;
  /** The JSON; absent where one waits already. */
  readonly bytes?: Uint8Array;
  readonly snapshot?: { readonly path: string; readonly version: number };
  /** Why the first text could not be kept. */
  readonly snapshotProblem?: string;
}

/** Checks the request, keeps the first text, and prepares the JSON. Throws `format-refused`. */
export async function prepareApproval(wanted: ApprovalWanted): Promise<ApprovalPrepared> {
  const { root, base, title, categoryName, now } = wanted;
  const { path: file, bytes, rev, mtime } = wanted.file;
  if (/(^|\/)tasks\.md$/.test(file)) checkTasks(bytes);
  const folder = `${base}/approvals/${categoryName}`;
  const waiting = await findWaiting(root, folder, wanted.file);
  if (waiting !== undefined) return { ...waiting, fileRev: rev };
  const id = `approval_${now.getTime()}_${randomId()}`;
  const path = `${folder}/${id}.json`;
  const isFirst = (await readdir(join(root, snapshotsFolder(path, file))).catch(() => [])).length === 0;
  const kept = isFirst
    ? await keepFirst({
        id: randomId(),
        root,
        approval: { path, id, title },
        file,
        bytes,
        mtime,
        trigger: 'initial',
        now,
      })
    : {};
  const json = new TextEncoder().encode(JSON.stringify(fieldsOf(wanted, id), null, 2));
  return { id, path, rev: revOf(json), fileRev: rev, bytes: json, ...kept };
}

/** As with a decision, a snapshot that cannot be written does not stop the request. */
async function keepFirst(wanted: SnapshotWanted): Promise<Pick<ApprovalPrepared, 'snapshot' | 'snapshotProblem'>> {
  try {
    return { snapshot: await takeSnapshot(wanted) };
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return { snapshotProblem: error.message };
  }
}

/** In the order of members that the tool writes. */
function fieldsOf({ title, file, type = 'document', category, categoryName, reason, now }: ApprovalWanted, id: string) {
  const metadata = { reason, checkout: file.checkout };
  return {
    id,
    title,
    filePath: file.path,
    type,
    status: 'pending',
    createdAt: now.toISOString(),
    category,
    categoryName,
    // Members without a value are not written.
    ...(Object.values(metadata).every((value) => value === undefined) ? {} : { metadata }),
  };
}

/** Reads the file that a request names, in the checkout that is meant, else in the one that is shown. Throws `reviewed-file-unreadable`, `args-invalid`. */
export async function readWanted(desk: Desk, file: string, wished?: string): Promise<FileWanted> {
  const named = reviewedPath(file);
  if ('why' in named) throw new Problem('reviewed-file-unreadable', named.why);
  const { checkout, main, text } = shownOf(await readCandidates(desk, named.path, wished), wished);
  if ('why' in text) throw new Problem('reviewed-file-unreadable', `${named.path}: ${text.why}`);
  return { path: named.path, ...text, ...(main ? {} : { checkout }) };
}

/** As many as the detail of a problem has room for. */
const errorsSaidMax = 5;

/** The tool refuses to ask for approval of such a file. */
function checkTasks(bytes: Uint8Array): void {
  const errors = tasksFileErrors(decodeUtf8(bytes) ?? '');
  if (errors.length === 0) return;
  const said = errors.slice(0, errorsSaidMax).map(({ line, message }) => `Line ${line}: ${message}`);
  const more = errors.length > said.length ? [`And ${errors.length - said.length} more.`] : [];
  throw new Problem('format-refused', [...said, ...more].join(' '));
}

/** A request for the same file of the same checkout that waits already: two of them would ask the person twice. */
async function findWaiting(root: string, folder: string, { path: file, checkout }: FileWanted) {
  const names = await readdir(join(root, folder)).catch(() => []);
  for (const name of names.filter((each) => each.endsWith('.json'))) {
    const path = `${folder}/${name}`;
    const read = await readAt(root, path);
    const text = read.is === 'file' && 'rev' in read && read.bytes ? decodeUtf8(read.bytes) : undefined;
    const said = text === undefined ? undefined : parseApproval(text);
    if (said === undefined || typeof said === 'string' || !isPending(said.status)) continue;
    const named = reviewedPath(said.filePath);
    const isSame = 'path' in named && named.path === file && said.metadata?.checkout === checkout;
    if (isSame && 'rev' in read) return { id: approvalId(path), path, rev: read.rev };
  }
  return undefined;
}

/** The one of these formats' folders in which a file lies. */
export function baseOf(bases: readonly string[], file: string): string | undefined {
  return bases.find((base) => file.startsWith(`${base}/`));
}

export interface Place {
  readonly category: 'spec' | 'steering';
  /** Name of a folder: that of the spec, or `steering`. */
  readonly categoryName: string;
}

/** Where the approval of a file is kept: as wished, else by where the file lies: its spec, `steering`, or `general`. Throws `args-invalid`. */
export function placeOf(
  file: string,
  { category: wished, categoryName: named }: { readonly [Member in keyof Place]?: Place[Member] | undefined },
): Place {
  const [, spec] = /(?:^|\/)specs\/(?:archived\/)?([^/]+)\//.exec(file) ?? [];
  const isSteering = wished === undefined ? (named ?? steeringOf(file)) === steering : wished === steering;
  const categoryName = named ?? (isSteering ? steering : (spec ?? 'general'));
  if (isSteering !== (categoryName === steering))
    throw new Problem('args-invalid', 'The category name of steering is steering, and no spec has it.', { pointer });
  if (!v.is(Line, categoryName) || /[/\\]|\.\.|^\./.test(categoryName) || categoryName !== categoryName.trim())
    throw new Problem('args-invalid', 'The category is one folder name, such as the name of a spec.', { pointer });
  return { category: isSteering ? steering : 'spec', categoryName };
}

const steering = 'steering';
const pointer = '/args/categoryName';

function steeringOf(file: string): string | undefined {
  return /(^|\/)steering\/[^/]+$/.test(file) ? steering : undefined;
}
