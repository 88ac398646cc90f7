/** Tells the relay, as records, of which files under review other checkouts have another text, and of each change of one. */
import { setTimeout as delay } from 'node:timers/promises';
import { limits } from '#contract/limits.ts';
import type { RecordTold } from '#contract/record.ts';
import type { Project } from '../projects/project.ts';
import type { RecordsTold } from '../sync/follower.ts';
import { revOfRecord } from '../sync/record-rev.ts';
import { createCheckoutsLook, type FindWorkspaces } from './checkouts-look.ts';

export interface CheckoutsToldDeps {
  readonly projects: () => readonly Project[];
  /** Tells a record, with the next batch of changes. */
  readonly tell: (record: RecordTold) => void;
  /** A project could not be looked at; told once until it can be. */
  readonly onTrouble: (error: unknown) => void;
}

export interface CheckoutsTold extends RecordsTold, AsyncDisposable {
  /** Looks for the first time, and from then on often: nothing tells of changes in other checkouts. Await it before the first `connect`, which names the records; a slow disk does not hold that up. */
  begin(workspaces: FindWorkspaces): Promise<void>;
  /** Documents have changed: looks soon where one is an approval. */
  changed(changes: readonly { readonly path: string }[]): void;
}

/** Opens it without a look. */
export function openCheckoutsTold({ projects, tell, onTrouble }: CheckoutsToldDeps): CheckoutsTold {
  let told: ReadonlyMap<string, RecordTold> = new Map();
  const timer = { next: undefined as NodeJS.Timeout | undefined, isOpen: true };
  let looking: Promise<void> | undefined;
  let isStale = false;
  let workspaces: FindWorkspaces | undefined;
  const recordsOf = createSteadyLook(onTrouble);
  const look = async () => {
    const now = new Map<string, RecordTold>();
    for (const project of projects())
      for (const record of await recordsOf(project, workspaces ?? nowhere, told)) now.set(record.id, record);
    const ended = [...told.values()].filter(({ id }) => !now.has(id));
    for (const record of now.values()) {
      const before = told.get(record.id);
      if (before === undefined || revOfRecord(before) !== revOfRecord(record)) tell(record);
    }
    for (const record of ended) tell(endOf(record));
    told = now;
  };
  const lookOften = async () => {
    do {
      isStale = false;
      await look();
    } while (isStale && timer.isOpen);
    looking = undefined;
    if (timer.isOpen) timer.next = setTimeout(lookNow, pauseMs(projects(), told.size > 0)).unref();
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
      await Promise.race([looking, delay(limits.reviewedLookMs, undefined, { ref: false })]);
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

/** Nearly always no approval asks about a file; `changed` notices the first one that does. */
function pauseMs(projects: readonly Project[], isTold: boolean): number {
  const isAsked = isTold || projects.some(({ documents }) => documents.reviewed.size > 0);
  return isAsked ? limits.reviewedLookMs : limits.unaskedLookMs;
}

/** The last word on a file: it is the same everywhere, or nobody waits any more. */
function endOf({ meta: { missing: _, ...about }, ...record }: RecordTold): RecordTold {
  return { ...record, state: 'same', meta: { ...about, checkouts: [] } };
}

const nowhere: FindWorkspaces = async () => [];

/** A look at one project after the other. Where one cannot be looked at, what was told of it stays so, and the others are looked at all the same. */
function createSteadyLook(onTrouble: CheckoutsToldDeps['onTrouble']) {
  const recordsOf = createCheckoutsLook();
  const troubled = new Set<string>();
  return async (project: Project, workspaces: FindWorkspaces, told: ReadonlyMap<string, RecordTold>) => {
    try {
      const records = await recordsOf(project, workspaces);
      troubled.delete(project.id);
      return records;
    } catch (error) {
      if (!troubled.has(project.id)) onTrouble(error);
      troubled.add(project.id);
      return [...told.values()].filter((record) => record.project === project.id);
    }
  };
}
