/** The registry of features: one line each. A kind of the contract without a line here does not compile. */
import type { CommandKindName, KindName } from '#contract/kinds/index.ts';
import { activity } from './activity/index.ts';
import { approvalCreate } from './approval/approval-create.ts';
import { approvalDecideMany } from './approval/approval-decide-many.ts';
import { approvalDelete } from './approval/approval-delete.ts';
import { approvalReopen } from './approval/approval-reopen.ts';
import { approvalReopenMany } from './approval/approval-reopen-many.ts';
import { approvalSnapshot } from './approval/approval-snapshot.ts';
import { approvalUpdate } from './approval/approval-update.ts';
import { approval } from './approval/index.ts';
import { fileWrite } from './documents/file-write.ts';
import { documents } from './documents/index.ts';
import { specDocumentWrite } from './documents/spec-document-write.ts';
import { steeringWrite } from './documents/steering-write.ts';
import type { CommandFeature, CommandFeatures } from './feature.ts';
import { inbox } from './inbox/index.ts';
import { jobs } from './jobs/index.ts';
import { jobCreate } from './jobs/job-create.ts';
import { jobDelete } from './jobs/job-delete.ts';
import { jobRun } from './jobs/job-run.ts';
import { jobUpdate } from './jobs/job-update.ts';
import { trashRestore } from './jobs/trash-restore.ts';
import { implLogAdd } from './logs/impl-log-add.ts';
import { logs } from './logs/index.ts';
import { machines } from './machines/index.ts';
import { projectAdd } from './machines/project-add.ts';
import { projectRemove } from './machines/project-remove.ts';
import { notifications } from './notifications/index.ts';
import { people } from './people/index.ts';
import type { Hooks } from './place.ts';
import { search } from './search/index.ts';
import { settings } from './settings/index.ts';
import { specArchive } from './spec/spec-archive.ts';
import { specMetadataUpdate } from './spec/spec-metadata-update.ts';
import { specUnarchive } from './spec/spec-unarchive.ts';
import { taskStatusUpdate } from './spec/task-status-update.ts';
import { specs } from './specs/index.ts';
import { specCreate } from './specs/spec-create.ts';

type FeatureOf<Kind extends KindName> = Hooks & (Kind extends CommandKindName ? CommandFeature<Kind> : object);

/** By kind; undefined for a kind that no screen shows. */
const kindFeatures: { readonly [Kind in KindName]: FeatureOf<Kind> } = {
  'approval-content': approval,
  'approval-create': approvalCreate,
  'approval-decide-many': approvalDecideMany,
  'approval-delete': approvalDelete,
  'approval-diff': {},
  'approval-get': {},
  'approval-list': {},
  'approval-reopen': approvalReopen,
  'approval-reopen-many': approvalReopenMany,
  'approval-snapshot': approvalSnapshot,
  'approval-snapshot-get': {},
  'approval-snapshots': {},
  'approval-update': approvalUpdate,
  'file-read': documents,
  'file-write': fileWrite,
  'impl-log-add': implLogAdd,
  'impl-log-read': {},
  'impl-log-search': logs,
  'impl-log-task-stats': {},
  'job-create': jobCreate,
  'job-delete': jobDelete,
  'job-get': {},
  'job-history': {},
  'job-list': jobs,
  'job-plan': {},
  'job-run': jobRun,
  'job-stats': {},
  'job-update': jobUpdate,
  'project-add': projectAdd,
  'project-discover': {},
  'project-info': {},
  'project-remove': projectRemove,
  'spec-archive': specArchive,
  'spec-archived-list': {},
  'spec-archived-read': {},
  'spec-create': specCreate,
  'spec-document-write': specDocumentWrite,
  'spec-list': {},
  'spec-metadata-update': specMetadataUpdate,
  'spec-read': {},
  'spec-unarchive': specUnarchive,
  'steering-read': {},
  'steering-status': {},
  'steering-write': steeringWrite,
  'task-progress': {},
  'task-status-update': taskStatusUpdate,
  'trash-restore': trashRestore,
};

/** Those of commands. */
export const commandFeatures = Object.fromEntries(
  Object.entries(kindFeatures).filter(([, feature]) => 'words' in feature),
) as unknown as CommandFeatures;

/** All of them, those without a kind of their own too. */
export const features: readonly Hooks[] = [
  inbox,
  specs,
  activity,
  machines,
  people,
  notifications,
  settings,
  search,
  ...Object.values(kindFeatures),
];
