/** The `meta` of a document as a value of its kind. The relay never looks inside, so a bridge of another version may say anything under any name: what is not as its kind has it is left out, and unknown kinds have what all have. */
import type { Document, Meta } from '#contract/document.ts';
import { type Priority, priorities, type SpecStatus, specStatuses } from '#contract/meta.ts';

interface CommonMeta {
  readonly format: string | undefined;
  /** Why the file could not be read as its kind. */
  readonly problem: string | undefined;
  /** Why its text stays on the machine. */
  readonly withheld: string | undefined;
  readonly isArchived: boolean;
  /** Boxes of its text that are no numbered tasks. */
  readonly checklist: { readonly total: number; readonly done: number } | undefined;
}

interface SpecMeta extends CommonMeta {
  readonly is: 'spec';
  readonly number: string | undefined;
  readonly status: SpecStatus | undefined;
  readonly priority: Priority | undefined;
  readonly tags: readonly string[];
  readonly dependsOn: readonly string[];
  readonly parent: string | undefined;
  readonly assignee: string | undefined;
  readonly transitions: readonly { readonly status: string; readonly at: string }[];
}

interface TasksMeta extends CommonMeta {
  readonly is: 'tasks';
  readonly tasks: { readonly total: number; readonly completed: number; readonly pending: number } | undefined;
  /** Numbers of the first task in progress, and of the next one. */
  readonly current: string | undefined;
  readonly next: string | undefined;
}

interface ApprovalMeta extends CommonMeta {
  readonly is: 'approval';
  /** As it is written: it may be none that the format knows. */
  readonly status: string | undefined;
}

interface OtherMeta extends CommonMeta {
  readonly is: 'other';
}

export type DocumentMeta = SpecMeta | TasksMeta | ApprovalMeta | OtherMeta;

export function metaOf({ kind, meta }: Pick<Document, 'kind' | 'meta'>): DocumentMeta {
  const common: CommonMeta = {
    format: textIn(meta, 'format'),
    problem: textIn(meta, 'problem'),
    withheld: textIn(meta, 'withheld'),
    isArchived: meta.archived === true,
    checklist: countsIn(meta, 'checklist', ['total', 'done']),
  };
  switch (kind) {
    case 'spec':
      return { is: 'spec', ...common, ...specFields(meta) };
    case 'tasks':
      return {
        is: 'tasks',
        ...common,
        tasks: countsIn(meta, 'tasks', ['total', 'completed', 'pending']),
        current: textIn(meta, 'current'),
        next: textIn(meta, 'next'),
      };
    case 'approval':
      return { is: 'approval', ...common, status: textIn(meta, 'status') };
    default:
      return { is: 'other', ...common };
  }
}

function specFields(meta: Meta) {
  return {
    number: textIn(meta, 'number'),
    status: wordIn(meta, 'status', specStatuses),
    priority: wordIn(meta, 'priority', priorities),
    tags: textsIn(meta, 'tags'),
    dependsOn: textsIn(meta, 'depends_on'),
    parent: textIn(meta, 'parent'),
    assignee: textIn(meta, 'assignee'),
    transitions: listIn(meta, 'transitions').flatMap((item) => {
      const { status, at } = (item ?? {}) as { readonly status?: unknown; readonly at?: unknown };
      return typeof status === 'string' && typeof at === 'string' ? [{ status, at }] : [];
    }),
  };
}

function textIn(meta: Meta, name: string): string | undefined {
  const value = meta[name];
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function listIn(meta: Meta, name: string): readonly unknown[] {
  const value = meta[name];
  return Array.isArray(value) ? value : [];
}

function textsIn(meta: Meta, name: string): readonly string[] {
  return listIn(meta, name).filter((item) => typeof item === 'string');
}

/** One of the words that the contract knows. */
function wordIn<Word extends string>(meta: Meta, name: string, words: readonly Word[]): Word | undefined {
  return words.find((word) => word === meta[name]);
}

/** Counts by these names; undefined where one is missing. */
function countsIn<Name extends string>(
  meta: Meta,
  name: string,
  names: readonly Name[],
): Readonly<Record<Name, number>> | undefined {
  const value = meta[name] as Readonly<Record<Name, unknown>> | null | undefined;
  const counts = names.map((count) => [count, value?.[count]] as const);
  if (counts.some(([, count]) => typeof count !== 'number')) return undefined;
  return Object.fromEntries(counts) as Record<Name, number>;
}
