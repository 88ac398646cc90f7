/** Finds of which files under review other checkouts have another text. What has not changed on the disk is not read again. */
import { createHash } from 'node:crypto';
import { approvalId } from '#contract/approvals/find.ts';
import { documentKey } from '#contract/document-key.ts';
import type { RecordTold } from '#contract/record.ts';
import { glanceAt } from '../files/read.ts';
import { ignoreFile, uploadFile } from '../leaving/rules.ts';
import { gitCheckoutsOf } from '../projects/git-checkouts.ts';
import type { Project } from '../projects/project.ts';
import type { Workspace } from '../projects/workspaces.ts';
import type { IndexedDocument } from '../watch/indexed-document.ts';
import { checkoutSaid, type Desk, knownCheckouts, readCandidates, shownOf } from './checkouts.ts';

/** Finds where agents work on the project at a root. */
export type FindWorkspaces = (root: string) => Promise<readonly Workspace[]>;

/** The records of a project: one for each approval that waits and whose file is not the same everywhere. */
export type CheckoutsLook = (project: Project, workspaces: FindWorkspaces) => Promise<RecordTold[]>;

/** What was found for one approval, and how the files were that it was found in. */
interface Found {
  readonly mark: string;
  /** Whether two reads in a row have found the same: a change within the clock's tick of the disk does not show in a stamp. */
  readonly isSettled: boolean;
  readonly record: RecordTold | undefined;
}

/** Remembers what each look has found. */
export function createCheckoutsLook(read = readCandidates): CheckoutsLook {
  const remembered = new Map<string, ReadonlyMap<string, Found>>();
  return async (project, workspaces) => {
    const before = remembered.get(project.id);
    const waiting = await waitingIn(project);
    const desk = { project, workspaces: () => workspaces(project.root) };
    const now = new Map<string, Found>();
    // One after the other: nobody waits for this, and many files at once would hold up those who do.
    for (const document of waiting) {
      const mark = await markOf(desk, document);
      const last = before?.get(document.path);
      const isSame = last?.mark === mark;
      const found =
        isSame && last.isSettled ? last : { mark, isSettled: isSame, record: await recordOf(desk, document, read) };
      now.set(document.path, found);
    }
    remembered.set(project.id, now);
    return [...now.values()].flatMap(({ record }) => record ?? []);
  };
}

/** The approvals that wait, where their file may be another text elsewhere. */
async function waitingIn({ root, documents }: Project): Promise<readonly IndexedDocument[]> {
  // So it is nearly always, and this is asked every second, of very many documents too.
  if (documents.reviewed.size === 0) return [];
  const waiting = [...documents.ofKind('approval')].filter(
    ({ meta }) => meta.status === 'pending' && typeof meta.file === 'string',
  );
  if (waiting.length === 0 || (await gitCheckoutsOf(root)).length > 1) return waiting;
  return waiting.filter(({ meta }) => meta.checkout !== undefined);
}

/** Changes with all that a record is made of. */
async function markOf(desk: Desk, { title, meta }: IndexedDocument): Promise<string> {
  const known = await knownCheckouts(desk, askedIn(meta));
  const paths = [String(meta.file), ignoreFile, uploadFile];
  const glances = await Promise.all(known.flatMap(({ root }) => paths.map((path) => glanceAt(root, path))));
  return JSON.stringify([title, meta.file, meta.checkout, known, glances]);
}

function askedIn({ checkout }: IndexedDocument['meta']): string | undefined {
  return typeof checkout === 'string' ? checkout : undefined;
}

async function recordOf(
  desk: Desk & { readonly project: Project },
  { path, title, meta }: IndexedDocument,
  read: typeof readCandidates,
): Promise<RecordTold | undefined> {
  const file = String(meta.file);
  const { project } = desk;
  const candidates = await read(desk, file, askedIn(meta));
  const shown = shownOf(candidates, undefined);
  const { checkout, others = [], missing } = checkoutSaid(shown, candidates);
  if (checkout === undefined) return undefined;
  const own = 'rev' in shown.text ? [{ checkout, rev: shown.text.rev }] : [];
  return {
    id: `checkouts-${createHash('sha256')
      .update(documentKey({ project: project.id, path }))
      .digest('base64url')
      .slice(0, 24)}`,
    kind: 'checkouts',
    project: project.id,
    title: title ?? approvalId(path),
    state: 'differ',
    meta: {
      ...{ approval: approvalId(path), path, file },
      checkouts: [...own, ...others].map((each) => ({ ...each })),
      ...(missing === undefined ? {} : { missing: missing.checkout }),
    },
  };
}
