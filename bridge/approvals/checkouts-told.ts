/** Tells the relay, as records, of which files under review other checkouts have another text, and of each change of one. */
import { createHash } from 'node:crypto';
import { approvalId } from '#contract/approvals/find.ts';
import { documentKey } from '#contract/document-key.ts';
import { limits } from '#contract/limits.ts';
import type { RecordTold } from '#contract/record.ts';
import type { IndexedDocument } from '../indexed-document.ts';
import type { Project } from '../project.ts';
import type { Workspace } from '../workspaces.ts';
import { checkoutSaid, readCandidates, shownOf } from './checkouts.ts';
import { revOfRecord } from './ledger.ts';

/** Finds where agents work on the project at a root. */
type FindWorkspaces = (root: string) => Promise<readonly Workspace[]>;

export interface CheckoutsToldDeps {
  readonly projects: () => readonly Project[];
  /** Tells a record, with the next batch of changes. */
  readonly tell: (record: RecordTold) => void;
  readonly onTrouble: (error: unknown) => void;
}

export interface CheckoutsTold extends AsyncDisposable {
  /** Looks for the first time, and from then on often: nothing tells of changes in other checkouts. Await it before the first `connect`, which names the records. */
  begin(workspaces: FindWorkspaces): Promise<void>;
  /** Documents have changed: looks soon where one is an approval. */
  changed(changes: readonly { readonly path: string }[]): void;
  /** The records, by id with their rev, for `connect`. */
  revs(): Readonly<Record<string, string>>;
  /** The relay lacks these. */
  wanted(ids: readonly string[]): void;
}

/** Opens it without a look. */
export function openCheckoutsTold({ projects, tell, onTrouble }: CheckoutsToldDeps): CheckoutsTold {
  let told: ReadonlyMap<string, RecordTold> = new Map();
  const timer = { next: undefined as NodeJS.Timeout | undefined, isOpen: true };
  let looking: Promise<void> | undefined;
  let isStale = false;
  let workspaces: FindWorkspaces | undefined;
  const look = async () => {
    const now = new Map<string, RecordTold>();
    for (const project of projects())
      for (const record of await recordsOf(project, workspaces ?? nowhere)) now.set(record.id, record);
    const ended = [...told.values()].filter(({ id }) => !now.has(id));
    for (const record of now.values()) {
      const before = told.get(record.id);
      if (before === undefined || revOfRecord(before) !== revOfRecord(record)) tell(record);
    }
    for (const { meta, ...record } of ended) tell({ ...record, state: 'same', meta: { ...meta, checkouts: [] } });
    told = now;
  };
  const lookOften = async () => {
    do {
      isStale = false;
      await look().catch(onTrouble);
    } while (isStale && timer.isOpen);
    looking = undefined;
    if (timer.isOpen) timer.next = setTimeout(lookNow, limits.reviewedLookMs).unref();
  };
  const lookNow = () => {
    if (!timer.isOpen) return;
    clearTimeout(timer.next);
    isStale = true;
    looking ??= lookOften();
  };
  return {
    begin: async (found) => {
      workspaces = found;
      lookNow();
      await looking;
    },
    changed: (changes) => {
      if (
        workspaces !== undefined &&
        changes.some(({ path }) => path.endsWith('.json') && path.includes('/approvals/'))
      )
        lookNow();
    },
    revs: () => Object.fromEntries([...told].map(([id, record]) => [id, revOfRecord(record)])),
    wanted: (ids) => {
      for (const id of ids) {
        const record = told.get(id);
        if (record !== undefined) tell(record);
      }
    },
    [Symbol.asyncDispose]: async () => {
      timer.isOpen = false;
      clearTimeout(timer.next);
      await looking;
    },
  };
}

const nowhere: FindWorkspaces = async () => [];

/** One for each approval that waits and whose file is not the same everywhere. */
async function recordsOf(project: Project, workspaces: FindWorkspaces): Promise<RecordTold[]> {
  const waiting = [...project.documents.values()].filter(
    ({ kind, meta }) => kind === 'approval' && meta.status === 'pending' && typeof meta.file === 'string',
  );
  const records = await Promise.all(waiting.map((document) => recordOf(project, document, workspaces)));
  return records.filter((record) => record !== undefined);
}

async function recordOf(
  project: Project,
  { path, title, meta }: IndexedDocument,
  workspaces: FindWorkspaces,
): Promise<RecordTold | undefined> {
  const file = String(meta.file);
  const asked = typeof meta.checkout === 'string' ? meta.checkout : undefined;
  const desk = { project, workspaces: () => workspaces(project.root) };
  const candidates = await readCandidates(desk, file, asked);
  const shown = shownOf(candidates, undefined);
  const { checkout, others } = checkoutSaid(shown, candidates);
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
    meta: { approval: approvalId(path), path, file, checkouts: [...own, ...others].map((each) => ({ ...each })) },
  };
}
