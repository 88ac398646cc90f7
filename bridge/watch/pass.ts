/** One pass over files of a project: reads and describes those that are other than they were, applies them to the index, and tells the changes. Vanished files are only named; a second look decides whether they are gone. */
import { setTimeout as delay } from 'node:timers/promises';
import { limits } from '#contract/limits.ts';
import { type FileRead, glanceAt, glanceAtOnce, readAt, readAtOnce, sameStamp } from '../files/read.ts';
import type { LeaveRules } from '../leaving/rules.ts';
import type { PathSet } from '../packed/path-set.ts';
import type { Bodies } from './bodies.ts';
import { describeFile, describeUnreadable, layoutOf, type VersionedLayout } from './describe.ts';
import type { DocumentIndex } from './documents.ts';
import { type IndexedDocument, isUnreadable } from './indexed-document.ts';
import { createQuick, type Quick } from './quick.ts';
import { eachBounded, type LeftOut } from './scan.ts';

/** The index has changed at `path`. `from` is the previous path of the same bytes; `force`: the change does not show in the rev. */
export interface Change {
  readonly project: string;
  readonly path: string;
  readonly from?: string;
  readonly force?: true;
}

/** The project, for a pass. */
export interface LookDeps {
  readonly project: string;
  readonly root: string;
  readonly layouts: readonly VersionedLayout[];
  readonly rules: LeaveRules;
  readonly index: DocumentIndex;
  readonly bodies: Bodies;
  /** Whether the project is on a local disk, where a small read is fast. */
  readonly local: boolean;
  /** Also read files that seem unchanged, because the rules of description have changed. */
  readonly again?: boolean;
  /** Takes the changes of some files at a time, so that a look at many is told while it goes on; `fresh` is how many files were read that were no documents. */
  readonly onSlice?: (changes: readonly Change[], fresh: number) => void;
  /** What wants in between may change the index behind each slice. */
  readonly pause?: () => Promise<void>;
  /** Whether nobody wants to know any more: a look that takes minutes then ends behind its slice. */
  readonly isStopped?: () => boolean;
}

export interface Looked {
  readonly changes: readonly Change[];
  /** Known documents without a file at the moment. */
  readonly vanished: ReadonlySet<string>;
  /** The files that were looked at, and the unreadable ones among them. */
  readonly files: Pick<PathSet, 'has'> & Iterable<string>;
  readonly unreadable: ReadonlySet<string>;
}

/** What a pass is to read, and what it has found so far. */
export interface Pass {
  readonly files: PathSet;
  /** The same, in the order in which they are read. */
  readonly order?: Iterable<string>;
  /** Files that an event named; they are read without checking their metadata first. */
  readonly touched: Set<string>;
  readonly vanished: Set<string>;
  /** Known documents that may no longer leave. */
  readonly excluded: Set<string>;
  /** Files that cannot be read, and why. */
  readonly unreadable: Map<string, string>;
  /** Files that are no documents and were gone when they were to be read: perhaps with the disk. */
  readonly missed: Set<string>;
  /** Whether the disk answers so quickly that asking it is not worth a thread. */
  readonly quick: Quick;
  /** Files that are not read, with the reason: links, devices, hard links. */
  readonly unread: LeftOut[];
}

interface Fresh {
  readonly document: IndexedDocument;
  readonly file: FileRead;
}

/** Files that are read at once. */
export const atOnce = 24;
/** A slice takes about this long, also where files are read slowly: behind it what it found is told, requests of the upload go on, and what wants in between is let in. */
const sliceMs = 10;
/** Ms between looks at a file that was just created or emptied. */
const emptyAgainMs = [2, 5, 20];

/** A pass over nothing yet. */
export function emptyPass({ local }: LookDeps): Pass {
  return {
    quick: createQuick(local),
    files: new Set(),
    touched: new Set(),
    vanished: new Set(),
    excluded: new Set(),
    unreadable: new Map(),
    missed: new Set(),
    unread: [],
  };
}

/** Reads its files, in slices where `deps` takes them. */
export async function finishPass(deps: LookDeps, pass: Pass): Promise<Looked> {
  const changes: Change[] = [];
  const { onSlice = (found) => changes.push(...found) } = deps;
  const files = (pass.order ?? pass.files)[Symbol.iterator]();
  // Before all else is read: it may be about to leave.
  onSlice(exclude(deps, pass), 0);
  let isOver = false;
  while (!isOver && !deps.isStopped?.()) {
    let unknown = 0;
    // Only the bytes of one slice are in memory at once.
    const fresh: Fresh[] = [];
    const slice = deps.onSlice === undefined ? Number.POSITIVE_INFINITY : limits.ingestOpsMax;
    const some = sliceOf(files, slice, (path) => isAsKnown(deps, path, pass));
    await eachBounded(some, atOnce, async (path) => {
      const found = await readChanged(deps, path, pass);
      const isUnknown = pass.unreadable.has(path) || pass.missed.has(path);
      if (!deps.index.documents.has(path) && !isUnknown) unknown += 1;
      if (found !== undefined) fresh.push(found);
    });
    isOver = some.isOver();
    await findMoved(deps, fresh, pass);
    onSlice(apply(deps, fresh, pass), unknown);
    await deps.pause?.();
  }
  changes.push(...exclude(deps, pass), ...flagUnreadable(deps, pass));
  return { changes, vanished: pass.vanished, files: pass.files, unreadable: new Set(pass.unreadable.keys()) };
}

/** Some of the files, in so many and for so long as a slice may take, without those that need no reading. */
function sliceOf(files: Iterator<string>, countMax: number, isDone: (path: string) => boolean) {
  const began = performance.now();
  let isOver = false;
  const some = function* () {
    for (let count = 0; count < countMax && performance.now() - began < sliceMs; count++) {
      const next = files.next();
      isOver = next.done === true;
      if (next.done) return;
      if (!isDone(next.value)) yield next.value;
    }
  };
  return { [Symbol.iterator]: some, isOver: () => isOver };
}

/** Whether a document is as it was, as far as that is known at once. */
function isAsKnown(deps: LookDeps, path: string, { quick, touched }: Pass): boolean {
  const stamp = deps.again || touched.has(path) ? undefined : deps.index.stampOf(path);
  // Git's rules may have changed, and take a file to read.
  if (stamp === undefined || deps.index.kindOf(path) === 'file') return false;
  const glance = quick.try(() => glanceAtOnce(deps.root, path));
  return glance?.is === 'file' && sameStamp(glance.stamp, stamp);
}

/** The file's new description; undefined if nothing has changed. */
async function readChanged(deps: LookDeps, path: string, pass: Pass): Promise<Fresh | undefined> {
  if ((await whyNoDocument(deps, path)) !== undefined) {
    if (deps.index.documents.has(path)) pass.excluded.add(path);
    return undefined;
  }
  const stamp = deps.index.stampOf(path);
  const { quick } = pass;
  if (stamp !== undefined && deps.again !== true && !pass.touched.has(path)) {
    const glance = quick.try(() => glanceAtOnce(deps.root, path)) ?? (await glanceAt(deps.root, path));
    if (glance.is === 'file' && sameStamp(glance.stamp, stamp)) return undefined;
  }
  const known = deps.index.documents.get(path);
  let file = quick.try(() => readAtOnce(deps.root, path)) ?? (await readAt(deps.root, path));
  for (const waitMs of emptyAgainMs) {
    if (!isTruncated(file, known)) break;
    await delay(waitMs);
    file = await readAt(deps.root, path);
  }
  if (file.is === 'other') pass.unread.push({ path, rule: file.why });
  if (file.is !== 'file' || !('rev' in file)) {
    if (file.is === 'hidden') pass.unreadable.set(path, file.why);
    else if (known !== undefined) pass.vanished.add(path);
    else if (file.is === 'absent') pass.missed.add(path);
    return undefined;
  }
  const document = sameAsKnown(deps, known, file) ?? describeFile(deps.project, deps.layouts, path, file, deps.rules);
  return document && { document, file };
}

/** A known document whose bytes are as before: a description depends on path and bytes alone, and one save is often told twice. */
function sameAsKnown(
  { again }: LookDeps,
  known: IndexedDocument | undefined,
  { rev, mtime }: FileRead,
): IndexedDocument | undefined {
  if (known?.rev !== rev || again === true || isUnreadable(known)) return undefined;
  return { ...known, mtime: Math.round(mtime) };
}

/** Why a file is not a document that may leave, or undefined. Git's rules apply only to files that no format knows and nobody asks about: many teams ignore `.spec-workflow/` in git and still want to see it. */
export async function whyNoDocument(
  { layouts, rules }: Pick<LookDeps, 'layouts' | 'rules'>,
  path: string,
): Promise<string | undefined> {
  const found = layoutOf(layouts, path);
  if (found === undefined) return 'it belongs to no format';
  const classified = found.layout.classify(path);
  return classified?.kind === 'file' && classified.reviewed !== true ? await rules.gitLeftOut(path) : undefined;
}

/** Most programs create or empty a file before they write it, so a file that has just become empty is about to be written. */
function isTruncated(file: Awaited<ReturnType<typeof readAt>>, known: IndexedDocument | undefined): boolean {
  return (
    (known === undefined || known.size > 0) &&
    file.is === 'file' &&
    file.size === 0 &&
    'rev' in file &&
    file.stamp === undefined
  );
}

/** Finds the old paths of files that appear elsewhere with the same bytes, even if no event has named them yet. */
async function findMoved({ index, root }: LookDeps, fresh: readonly Fresh[], pass: Pass): Promise<void> {
  const { files, touched, vanished } = pass;
  const appeared = fresh.filter(({ document }) => !index.documents.has(document.path));
  // Each rev once: thousands of empty files share one.
  const revs = new Set(appeared.map(({ document }) => document.rev));
  const candidates = new Set([...revs].flatMap((rev) => index.withRev(rev)));
  await eachBounded(candidates, atOnce, async (path) => {
    const isListed = files.has(path) && !touched.has(path);
    if (!isListed && !vanished.has(path) && (await glanceAt(root, path)).is === 'absent') vanished.add(path);
  });
}

function apply({ index, bodies }: LookDeps, fresh: readonly Fresh[], { vanished }: Pass): Change[] {
  const changes: Change[] = [];
  // What is gone is many paths, and a look has many slices without anything new.
  if (fresh.length === 0) return changes;
  const gone = Map.groupBy([...vanished].reverse(), (path) => index.documents.get(path)?.rev);
  for (const { document, file } of fresh) {
    const known = index.documents.get(document.path);
    const from = known === undefined ? gone.get(document.rev)?.pop() : undefined;
    if (from !== undefined) {
      vanished.delete(from);
      index.remove(from);
    }
    if (file.bytes !== undefined && known?.rev !== document.rev) bodies.keep(document.rev, file.bytes);
    index.put(document, file.stamp);
    const change = changeOf(known, document, from);
    if (change !== undefined) changes.push(change);
  }
  return changes;
}

/** Removes what may no longer leave. */
function exclude({ index, project }: LookDeps, { vanished, excluded }: Pass): Change[] {
  const changes: Change[] = [];
  for (const path of excluded) {
    vanished.delete(path);
    if (index.remove(path)) changes.push({ project, path });
  }
  return changes;
}

/** Marks documents that can no longer be read; their descriptions stay. */
function flagUnreadable({ index, project }: LookDeps, { unreadable }: Pass): Change[] {
  return [...unreadable].flatMap(([path, why]) => {
    const known = index.documents.get(path);
    if (known === undefined || isUnreadable(known)) return [];
    index.put(describeUnreadable(known, why, new Date()), undefined);
    return [{ project, path }];
  });
}

function changeOf(known: IndexedDocument | undefined, document: IndexedDocument, from: string | undefined) {
  const { project, path, rev, describe } = document;
  if (known === undefined) return { project, path, ...(from === undefined ? {} : { from }) };
  if (known.rev !== rev || known.describe !== describe) return { project, path };
  return sameDescription(known, document) ? undefined : ({ project, path, force: true } as const);
}

/** Compares everything except the time, which does not matter while the bytes are the same. */
function sameDescription(a: IndexedDocument, b: IndexedDocument): boolean {
  return JSON.stringify({ ...a, mtime: 0 }) === JSON.stringify({ ...b, mtime: 0 });
}
