/** The registry of features. A query without a line here does not compile; a command has its line in `command-features.ts`, which loads later. */
import type { QueryKindName } from '#contract/kinds/index.ts';
import { activity } from './activity/index.ts';
import { approval } from './approval/index.ts';
import { documents } from './documents/index.ts';
import { inbox } from './inbox/index.ts';
import { jobs } from './jobs/index.ts';
import { logs } from './logs/index.ts';
import { machines } from './machines/index.ts';
import { notifications } from './notifications/index.ts';
import { people } from './people/index.ts';
import type { Hooks } from './place.ts';
import { project } from './project/index.ts';
import { search } from './search/index.ts';
import { sessions } from './sessions/index.ts';
import { settings } from './settings/index.ts';
import { specs } from './specs/index.ts';
import { steering } from './steering/index.ts';
import { webhooks } from './webhooks/index.ts';

/** By query; empty for one that no place is made of. */
const queryFeatures: { readonly [Kind in QueryKindName]: Hooks } = {
  'approval-content': approval,
  'approval-decision': {},
  'approval-diff': {},
  'approval-get': {},
  'approval-list': {},
  'approval-snapshot-get': {},
  'approval-snapshots': {},
  'approval-wait': {},
  doctor: {},
  'file-read': documents,
  'impl-log-read': {},
  'impl-log-search': logs,
  'impl-log-task-stats': {},
  'job-get': {},
  'job-history': {},
  'job-list': jobs,
  'job-plan': {},
  'job-stats': {},
  'project-discover': {},
  'project-info': {},
  'recording-list': {},
  'recording-read': {},
  'run-output': {},
  'spec-archived-list': {},
  'spec-archived-read': {},
  'spec-list': {},
  'spec-read': {},
  'steering-read': steering,
  'steering-status': {},
  'task-progress': {},
};

/** All of them, those without a query of their own too. */
export const features: readonly Hooks[] = [
  inbox,
  specs,
  project,
  sessions,
  activity,
  machines,
  people,
  notifications,
  webhooks,
  settings,
  search,
  ...Object.values(queryFeatures),
];
