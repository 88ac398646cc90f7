/** The registry of kinds: one line each. The bridge's handlers and the app's texts must cover these names, by `satisfies`. */
import type * as v from 'valibot';
import { approvalContent } from './approval-content.ts';
import { approvalCreate } from './approval-create.ts';
import { approvalDecideMany } from './approval-decide-many.ts';
import { approvalDecision } from './approval-decision.ts';
import { approvalDelete } from './approval-delete.ts';
import { approvalDiff } from './approval-diff.ts';
import { approvalGet } from './approval-get.ts';
import { approvalList } from './approval-list.ts';
import { approvalReopen } from './approval-reopen.ts';
import { approvalReopenMany } from './approval-reopen-many.ts';
import { approvalSnapshot } from './approval-snapshot.ts';
import { approvalSnapshotGet } from './approval-snapshot-get.ts';
import { approvalSnapshots } from './approval-snapshots.ts';
import { approvalUpdate } from './approval-update.ts';
import { approvalWait } from './approval-wait.ts';
import { doctor } from './doctor.ts';
import { exec } from './exec.ts';
import { fileRead } from './file-read.ts';
import { fileWrite } from './file-write.ts';
import { implLogAdd } from './impl-log-add.ts';
import { implLogRead } from './impl-log-read.ts';
import { implLogSearch } from './impl-log-search.ts';
import { implLogTaskStats } from './impl-log-task-stats.ts';
import { jobCreate } from './job-create.ts';
import { jobDelete } from './job-delete.ts';
import { jobGet } from './job-get.ts';
import { jobHistory } from './job-history.ts';
import { jobList } from './job-list.ts';
import { jobPlan } from './job-plan.ts';
import { jobRun } from './job-run.ts';
import { jobStats } from './job-stats.ts';
import { jobUpdate } from './job-update.ts';
import type { CommandKind, Kind, QueryKind } from './kind.ts';
import { projectAdd } from './project-add.ts';
import { projectDiscover } from './project-discover.ts';
import { projectInfo } from './project-info.ts';
import { projectRemove } from './project-remove.ts';
import { recordingList } from './recording-list.ts';
import { recordingRead } from './recording-read.ts';
import { runOutput } from './run-output.ts';
import { specArchive } from './spec-archive.ts';
import { specArchivedList } from './spec-archived-list.ts';
import { specArchivedRead } from './spec-archived-read.ts';
import { specCreate } from './spec-create.ts';
import { specDocumentWrite } from './spec-document-write.ts';
import { specList } from './spec-list.ts';
import { specMetadataUpdate } from './spec-metadata-update.ts';
import { specRead } from './spec-read.ts';
import { specUnarchive } from './spec-unarchive.ts';
import { steeringRead } from './steering-read.ts';
import { steeringStatus } from './steering-status.ts';
import { steeringWrite } from './steering-write.ts';
import { taskProgress } from './task-progress.ts';
import { taskStatusUpdate } from './task-status-update.ts';
import { terminalAttach } from './terminal-attach.ts';
import { terminalClose } from './terminal-close.ts';
import { terminalOpen } from './terminal-open.ts';
import { terminalRename } from './terminal-rename.ts';
import { trashRestore } from './trash-restore.ts';

export const kinds = {
  'approval-content': approvalContent,
  'approval-create': approvalCreate,
  'approval-decide-many': approvalDecideMany,
  'approval-decision': approvalDecision,
  'approval-delete': approvalDelete,
  'approval-diff': approvalDiff,
  'approval-get': approvalGet,
  'approval-list': approvalList,
  'approval-reopen': approvalReopen,
  'approval-reopen-many': approvalReopenMany,
  'approval-snapshot': approvalSnapshot,
  'approval-snapshot-get': approvalSnapshotGet,
  'approval-snapshots': approvalSnapshots,
  'approval-update': approvalUpdate,
  'approval-wait': approvalWait,
  doctor,
  exec,
  'file-read': fileRead,
  'file-write': fileWrite,
  'impl-log-add': implLogAdd,
  'impl-log-read': implLogRead,
  'impl-log-search': implLogSearch,
  'impl-log-task-stats': implLogTaskStats,
  'job-create': jobCreate,
  'job-delete': jobDelete,
  'job-get': jobGet,
  'job-history': jobHistory,
  'job-list': jobList,
  'job-plan': jobPlan,
  'job-run': jobRun,
  'job-stats': jobStats,
  'job-update': jobUpdate,
  'project-add': projectAdd,
  // Before project-info, whose path would take "discover" for a project.
  'project-discover': projectDiscover,
  'project-info': projectInfo,
  'project-remove': projectRemove,
  'recording-list': recordingList,
  'recording-read': recordingRead,
  'run-output': runOutput,
  'spec-archive': specArchive,
  'spec-archived-list': specArchivedList,
  'spec-archived-read': specArchivedRead,
  'spec-create': specCreate,
  'spec-document-write': specDocumentWrite,
  'spec-list': specList,
  'spec-metadata-update': specMetadataUpdate,
  'spec-read': specRead,
  'spec-unarchive': specUnarchive,
  'steering-read': steeringRead,
  'steering-status': steeringStatus,
  'steering-write': steeringWrite,
  'task-progress': taskProgress,
  'task-status-update': taskStatusUpdate,
  'terminal-attach': terminalAttach,
  'terminal-close': terminalClose,
  'terminal-open': terminalOpen,
  'terminal-rename': terminalRename,
  'trash-restore': trashRestore,
} as const satisfies Record<string, Kind>;

type Kinds = typeof kinds;
type NamesOf<Verb> = { [Name in keyof Kinds]: Kinds[Name]['verb'] extends Verb ? Name : never }[keyof Kinds];

export type KindName = keyof Kinds;
export type CommandKindName = NamesOf<'command'>;
export type QueryKindName = NamesOf<'query'>;
export type ArgsOf<Name extends KindName> = v.InferOutput<Kinds[Name]['args']>;
export type ResultOf<Name extends KindName> = v.InferOutput<Kinds[Name]['result']>;

/** The declaration of a kind; undefined for an unknown name. */
export function kindNamed(name: string): Kind | undefined {
  return Object.hasOwn(kinds, name) ? kinds[name as KindName] : undefined;
}

/** The declaration of a kind of command; undefined for any other name. */
export function commandKind(name: string): CommandKind | undefined {
  const kind = kindNamed(name);
  return kind?.verb === 'command' ? kind : undefined;
}

/** The declaration of a kind of query; undefined for any other name. */
export function queryKind(name: string): QueryKind | undefined {
  const kind = kindNamed(name);
  return kind?.verb === 'query' ? kind : undefined;
}

export const commandNames = Object.keys(kinds).filter(
  (name): name is CommandKindName => commandKind(name) !== undefined,
);
export const queryNames = Object.keys(kinds).filter((name): name is QueryKindName => queryKind(name) !== undefined);
