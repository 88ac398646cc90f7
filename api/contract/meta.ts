/** The `meta` of each kind of document. The bridge reads it from the file; the app and curl show it and filter by it. The relay does not interpret it. Field names are those on disk. */
import type { Format } from './document.ts';

/** LeanSpec's statuses of a spec, in the order of a board. */
export const specStatuses = ['draft', 'planned', 'in-progress', 'complete', 'archived'] as const;
export type SpecStatus = (typeof specStatuses)[number];

export const priorities = ['low', 'medium', 'high', 'critical'] as const;
export type Priority = (typeof priorities)[number];

export const taskStatuses = ['pending', 'in-progress', 'completed', 'blocked'] as const;
export type TaskStatus = (typeof taskStatuses)[number];

/** Every document's meta. `problem` says in one sentence why a file could not be read as its kind. */
export interface CommonMeta {
  format: Format;
  problem?: string;
  /** The file is in an archive folder. */
  archived?: true;
}

/** Kind `spec` (LeanSpec: the folder's README.md, or what `structure.defaultFile` names). */
export interface SpecMeta extends CommonMeta {
  /** The digits before the first `-` of the folder's name, as written ("038"); not unique. */
  number?: string;
  status?: SpecStatus;
  priority?: Priority;
  tags?: string[];
  /** As written: ids, bare numbers, old paths. Some refer to nothing. */
  depends_on?: string[];
  parent?: string;
  assignee?: string;
  reviewer?: string;
  issue?: string;
  pr?: string;
  epic?: string;
  due?: string;
  breaking?: boolean;
  created?: string;
  updated?: string;
  completed?: string;
  created_at?: string;
  updated_at?: string;
  completed_at?: string;
  transitions?: { status: string; at: string }[];
  /** Checkboxes in the body. */
  checklist?: { total: number; done: number };
  /** Front matter under names that LeanSpec does not know, shortened. */
  custom?: { [name: string]: string };
}

/** Kind `sub-spec` (LeanSpec: every other Markdown file of the folder). */
export interface SubSpecMeta extends CommonMeta {
  checklist?: { total: number; done: number };
}

/** Kind `tasks` (tasks.md). */
export interface TasksMeta extends CommonMeta {
  tasks?: { total: number; completed: number; in_progress: number; pending: number; blocked: number; headers?: number };
  /** Boxes without a number, which the tool does not treat as tasks. */
  checklist?: { total: number; done: number };
  /** Number of the first task in progress. */
  current?: string;
  /** Number of the first pending task that is no header. */
  next?: string;
}

/** Kind `approval` (approvals/<category>/<id>.json). */
export interface ApprovalMeta extends CommonMeta {
  id?: string;
  /** `pending`, `approved`, `rejected`, `needs-revision`, or the word that is written. */
  status?: string;
  type?: string;
  category?: string;
  category_name?: string;
  /** Name of the worktree whose agent asks, where it has said so. */
  checkout?: string;
  /** The document it asks about, as a path in the project. */
  file?: string;
  /** Why the file that it names is never opened. */
  file_problem?: string;
  created_at?: string;
  responded_at?: string;
  response?: string;
  comments?: number;
}

/** Kind `snapshots` (metadata.json of one document's snapshots, and each snapshot-NNN.json beside it). */
export interface SnapshotsMeta extends CommonMeta {
  /** The document, as a path in the project. */
  file?: string;
  /** metadata.json: the newest version, and how many are listed. */
  current?: number;
  versions?: number;
  /** The versions that are listed, where they are few. */
  listed?: number[];
  /** snapshot-NNN.json: its own. */
  version?: number;
  trigger?: string;
  timestamp?: string;
  approval?: string;
  /** Bytes, lines and rev of the text that it holds. */
  size?: number;
  lines?: number;
  text_rev?: string;
}

/** Kind `implementation-log`. */
export interface ImplementationLogMeta extends CommonMeta {
  task?: string;
  id?: string;
  timestamp?: string;
  summary?: string;
  lines_added?: number;
  lines_removed?: number;
  files_changed?: number;
  /** Number of entries in the legacy file, which contains many. */
  entries?: number;
}

/** Kind `config`: what commands and screens need of the project's settings. */
export interface ConfigMeta extends CommonMeta {
  /** LeanSpec: `draft` is one of the statuses. */
  draft_status?: boolean;
}
