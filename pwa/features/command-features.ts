/** The words of each kind of command, one line each; a command without a line here does not compile. Loaded when a command is shown. */
import { approvalCreate } from './approval/approval-create.ts';
import { approvalDecideMany } from './approval/approval-decide-many.ts';
import { approvalDelete } from './approval/approval-delete.ts';
import { approvalReopen } from './approval/approval-reopen.ts';
import { approvalReopenMany } from './approval/approval-reopen-many.ts';
import { approvalSnapshot } from './approval/approval-snapshot.ts';
import { approvalUpdate } from './approval/approval-update.ts';
import { fileWrite } from './documents/file-write.ts';
import { specDocumentWrite } from './documents/spec-document-write.ts';
import { steeringWrite } from './documents/steering-write.ts';
import type { CommandFeatures } from './feature.ts';
import { jobCreate } from './jobs/job-create.ts';
import { jobDelete } from './jobs/job-delete.ts';
import { jobRun } from './jobs/job-run.ts';
import { jobUpdate } from './jobs/job-update.ts';
import { trashRestore } from './jobs/trash-restore.ts';
import { implLogAdd } from './logs/impl-log-add.ts';
import { projectAdd } from './machines/project-add.ts';
import { projectRemove } from './machines/project-remove.ts';
import { exec } from './sessions/exec.ts';
import { terminalAttach } from './sessions/terminal-attach.ts';
import { terminalClose } from './sessions/terminal-close.ts';
import { terminalOpen } from './sessions/terminal-open.ts';
import { terminalRename } from './sessions/terminal-rename.ts';
import { specArchive } from './spec/spec-archive.ts';
import { specMetadataUpdate } from './spec/spec-metadata-update.ts';
import { specUnarchive } from './spec/spec-unarchive.ts';
import { taskStatusUpdate } from './spec/task-status-update.ts';
import { specCreate } from './specs/spec-create.ts';

export const commandFeatures: CommandFeatures = {
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
};
