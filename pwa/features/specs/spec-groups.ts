/** From documents to specs: what a list, a board and a graph show. A spec of LeanSpec is its main file with what lies beside it; one of spec-workflow or spec-context is the group of its files. */
import type { Document } from '#contract/document.ts';
import { folderOf } from '#contract/document-key.ts';
import type { Priority, SpecStatus } from '#contract/meta.ts';
import { phaseOf, type SpecPhase } from '#contract/spec-phase.ts';
import { type DocumentMeta, metaOf } from '../document-meta.ts';

export interface Spec {
  /** The spec's folder: its name within the project. */
  readonly folder: string;
  readonly project: string;
  readonly name: string;
  /** As written ("038"); not unique, and only LeanSpec has one. */
  readonly number: string | undefined;
  readonly title: string;
  readonly format: string;
  readonly status: SpecStatus;
  readonly priority: Priority | undefined;
  readonly tags: readonly string[];
  readonly dependsOn: readonly string[];
  readonly parent: string | undefined;
  readonly assignee: string | undefined;
  /** Last change of any of its files, in ms since 1970. */
  readonly changedAt: number;
  readonly progress: { readonly done: number; readonly total: number } | undefined;
  /** How far one of spec-workflow or spec-context is; LeanSpec has none. */
  readonly phase: SpecPhase | undefined;
  /** Numbers of the first task in progress, and of the next one. */
  readonly current: string | undefined;
  readonly next: string | undefined;
  /** The document that metadata and status are read from. */
  readonly main: Document;
  readonly documents: readonly Document[];
  readonly problem: string | undefined;
  /** Why the text of `main` stays on the machine, where it does. */
  readonly withheld: string | undefined;
}

const order = ['spec', 'requirements', 'design', 'tasks', 'sub-spec', 'implementation-log', 'file'];

/** Newest number first, then by name. */
export function inOrder(specs: readonly Spec[]): Spec[] {
  return specs.toSorted((a, b) => Number(b.number ?? -1) - Number(a.number ?? -1) || (a.name < b.name ? -1 : 1));
}

/** What commands call the spec of a document: its name, and in an archive its folder, since an active spec may have the same name. */
export function specArgOf(document: Document): string {
  const { spec = '', meta } = document;
  return meta.archived === true ? (folderOf(document) ?? spec) : spec;
}

/** The spec of a folder's documents; undefined where they are none. */
export function specOf(folder: string, group: readonly Document[]): Spec | undefined {
  const documents = [...group].sort(
    (a, b) => order.indexOf(a.kind) - order.indexOf(b.kind) || (a.path < b.path ? -1 : 1),
  );
  const main = documents.find(({ kind }) => kind === 'spec') ?? documents.find(({ kind }) => kind !== 'file');
  if (main === undefined) return undefined;
  const meta = metaOf(main);
  // A folder of LeanSpec without its main file is no spec.
  if (meta.format === 'lean-spec' && meta.is !== 'spec') return undefined;
  const own = meta.is === 'spec' ? meta : undefined;
  const name = main.spec ?? folder;
  const isGroup = main.kind !== 'spec';
  return {
    folder,
    project: main.project,
    name,
    number: own?.number,
    title: isGroup ? wordsOf(name) : (main.title ?? name),
    format: meta.format ?? '',
    status: isGroup ? groupStatus(documents) : statusOf(meta),
    priority: own?.priority,
    tags: own?.tags ?? [],
    dependsOn: own?.dependsOn ?? [],
    parent: own?.parent,
    assignee: own?.assignee,
    changedAt: documents.reduce((newest, { mtime }) => Math.max(newest, mtime), 0),
    progress: progressOf(documents),
    phase: isGroup ? phaseOf(documents) : undefined,
    ...tasksAt(documents),
    main,
    documents,
    problem: meta.problem,
    withheld: meta.withheld,
  };
}

function statusOf(meta: DocumentMeta): SpecStatus {
  if (meta.isArchived) return 'archived';
  return (meta.is === 'spec' ? meta.status : undefined) ?? 'planned';
}

/** The column of a spec that is a group of files: archived in the archive, complete when all tasks are, in progress once one is begun. Boxes without numbers count where no task has one. */
export function groupStatus(documents: readonly Document[]): SpecStatus {
  if (documents.some(({ meta }) => meta.archived === true)) return 'archived';
  const counts = tasksOf(documents);
  if (counts === undefined || counts.total === 0) {
    const boxes = progressOf(documents);
    if (boxes === undefined || boxes.done === 0) return 'planned';
    return boxes.done === boxes.total ? 'complete' : 'in-progress';
  }
  if (counts.completed === counts.total) return 'complete';
  return counts.pending < counts.total ? 'in-progress' : 'planned';
}

function tasksOf(documents: readonly Document[]) {
  const tasks = documents.find(({ kind }) => kind === 'tasks');
  const meta = tasks && metaOf(tasks);
  return meta?.is === 'tasks' ? meta.tasks : undefined;
}

function tasksAt(documents: readonly Document[]): Pick<Spec, 'current' | 'next'> {
  const tasks = documents.find(({ kind }) => kind === 'tasks');
  const meta = tasks && metaOf(tasks);
  return meta?.is === 'tasks' ? { current: meta.current, next: meta.next } : { current: undefined, next: undefined };
}

function progressOf(documents: readonly Document[]): Spec['progress'] {
  const tasks = tasksOf(documents);
  if (tasks !== undefined && tasks.total > 0) return { done: tasks.completed, total: tasks.total };
  const lists = documents.flatMap((document) => metaOf(document).checklist ?? []);
  const total = lists.reduce((sum, list) => sum + list.total, 0);
  return total > 0 ? { done: lists.reduce((sum, list) => sum + list.done, 0), total } : undefined;
}

/** `import-fidelity-fix` as a title. */
function wordsOf(name: string): string {
  const words = name.replaceAll('-', ' ').trim();
  return words.charAt(0).toUpperCase() + words.slice(1);
}
