/** The handlers of this bridge: one line per kind. A kind of the contract without a handler does not compile. */
import type { CommandKindName, QueryKindName } from '#contract/kinds/index.ts';
import { answered } from '../answered.ts';
import { answeredOfCheckout } from '../answered-checkout.ts';
import type { CommandHandler, QueryHandler } from '../handler.ts';
import { approvalCreate } from './approval-create.ts';
import { approvalDecideMany } from './approval-decide-many.ts';
import { approvalDelete } from './approval-delete.ts';
import { approvalReopen } from './approval-reopen.ts';
import { approvalReopenMany } from './approval-reopen-many.ts';
import { approvalSnapshot } from './approval-snapshot.ts';
import { approvalUpdate } from './approval-update.ts';
import { doctor } from './doctor.ts';
import { exec } from './exec.ts';
import { fileWrite } from './file-write.ts';
import { implLogAdd } from './impl-log-add.ts';
import { jobCreate } from './job-create.ts';
import { jobDelete } from './job-delete.ts';
import { jobGet } from './job-get.ts';
import { jobHistory } from './job-history.ts';
import { jobList } from './job-list.ts';
import { jobPlan } from './job-plan.ts';
import { jobRun } from './job-run.ts';
import { jobStats } from './job-stats.ts';
import { jobUpdate } from './job-update.ts';
import { projectAdd } from './project-add.ts';
import { projectDiscover } from './project-discover.ts';
import { projectInfo } from './project-info.ts';
import { projectRemove } from './project-remove.ts';
import { recordingList } from './recording-list.ts';
import { recordingRead } from './recording-read.ts';
import { runOutput } from './run-output.ts';
import { specArchive } from './spec-archive.ts';
import { specCreate } from './spec-create.ts';
import { specDocumentWrite } from './spec-document-write.ts';
import { specArchivedList, specList } from './spec-list.ts';
import { specMetadataUpdate } from './spec-metadata-update.ts';
import { specUnarchive } from './spec-unarchive.ts';
import { steeringWrite } from './steering-write.ts';
import { taskStatusUpdate } from './task-status-update.ts';
import { terminalAttach } from './terminal-attach.ts';
import { terminalClose } from './terminal-close.ts';
import { terminalOpen } from './terminal-open.ts';
import { terminalRename } from './terminal-rename.ts';
import { trashRestore } from './trash-restore.ts';

export const commandHandlers = {
  'approval-create': approvalCreate,
  'approval-decide-many': approvalDecideMany,
  'approval-delete': approvalDelete,
  'approval-reopen': approvalReopen,
  'approval-reopen-many': approvalReopenMany,
  'approval-snapshot': approvalSnapshot,
  'approval-update': approvalUpdate,
  exec,
  'file-write': fileWrite,
  'impl-log-add': implLogAdd,
  'job-create': jobCreate,
  'job-delete': jobDelete,
  'job-run': jobRun,
  'job-update': jobUpdate,
  'project-add': projectAdd,
  'project-remove': projectRemove,
  'spec-archive': specArchive,
  'spec-create': specCreate,
  'spec-document-write': specDocumentWrite,
  'spec-metadata-update': specMetadataUpdate,
  'spec-unarchive': specUnarchive,
  'steering-write': steeringWrite,
  'task-status-update': taskStatusUpdate,
  'terminal-attach': terminalAttach,
  'terminal-close': terminalClose,
  'terminal-open': terminalOpen,
  'terminal-rename': terminalRename,
  'trash-restore': trashRestore,
} as const satisfies { readonly [Kind in CommandKindName]: CommandHandler<Kind> };

export const queryHandlers = {
  'approval-content': answeredOfCheckout('approval-content'),
  'approval-decision': answered('approval-decision'),
  'approval-diff': answeredOfCheckout('approval-diff'),
  'approval-get': answered('approval-get'),
  'approval-list': answered('approval-list'),
  'approval-snapshot-get': answered('approval-snapshot-get'),
  'approval-snapshots': answered('approval-snapshots'),
  'approval-wait': answered('approval-wait'),
  doctor,
  'file-read': answered('file-read'),
  'impl-log-read': answered('impl-log-read'),
  'impl-log-search': answered('impl-log-search'),
  'impl-log-task-stats': answered('impl-log-task-stats'),
  'job-get': jobGet,
  'job-history': jobHistory,
  'job-list': jobList,
  'job-plan': jobPlan,
  'job-stats': jobStats,
  'project-discover': projectDiscover,
  'project-info': projectInfo,
  'recording-list': recordingList,
  'recording-read': recordingRead,
  'run-output': runOutput,
  'spec-archived-list': specArchivedList,
  'spec-archived-read': answered('spec-archived-read'),
  'spec-list': specList,
  'spec-read': answered('spec-read'),
  'steering-read': answered('steering-read'),
  'steering-status': answered('steering-status'),
  'task-progress': answered('task-progress'),
} as const satisfies { readonly [Kind in QueryKindName]: QueryHandler<Kind> };
