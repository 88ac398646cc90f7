/** What each command answers once it is done, by member; one that ends with `?` may be absent. A kind without a line does not compile. */
import type { CommandKindName } from '#contract/kinds/index.ts';

const text = ['path', 'rev', 'undo?'];
const job = ['tool', 'job', 'rev', 'undo?'];
const moved = ['spec', 'from', 'to', 'folderRev', 'pendingApprovals', 'undo?'];
const many = ['total', 'succeeded', 'failed'];
const project = ['project', 'name', 'formats', 'key'];

export const kindsResults: { readonly [Kind in CommandKindName]: readonly string[] } = {
  'approval-create': ['approval', 'path', 'rev', 'reused', 'snapshot?', 'snapshotProblem?'],
  'approval-decide-many': [...many, 'decided'],
  'approval-delete': ['approval', 'path', 'trashed'],
  'approval-reopen': ['approval', 'path', 'rev'],
  'approval-reopen-many': [...many, 'reopened'],
  'approval-snapshot': ['approval', 'path', 'version'],
  'approval-update': [
    ...['approval', 'status', 'respondedAt', 'path', 'rev', 'file', 'fileRev'],
    ...['snapshot?', 'snapshotProblem?', 'added?', 'checkout?'],
  ],
  exec: [
    ...['run', 'exitCode?', 'signal?', 'stdout', 'stderr', 'encoding?', 'stdoutBytes', 'stderrBytes'],
    ...['truncated?', 'timedOut?', 'stopped?', 'durationMs'],
  ],
  'file-write': text,
  'impl-log-add': ['entry', 'path', 'rev', 'taskStats'],
  'job-create': job,
  'job-delete': job,
  'job-run': [
    ...['run', 'tool', 'jobId', 'jobName', 'success', 'startTime', 'endTime', 'duration'],
    ...['itemsProcessed', 'itemsDeleted', 'items', 'error?'],
  ],
  'job-update': job,
  'project-add': project,
  'project-remove': project,
  'spec-archive': moved,
  'spec-create': ['spec', 'folder', 'path', 'rev', 'folderRev'],
  'spec-document-write': [...text, 'warnings?'],
  'spec-metadata-update': [...text, 'changed'],
  'spec-unarchive': moved,
  'steering-write': text,
  'task-status-update': ['path', 'rev', 'line', 'undo'],
  'terminal-attach': ['key?'],
  'terminal-close': ['exitCode?', 'signal?'],
  'terminal-open': ['terminal', 'key?'],
  'terminal-rename': [],
  'trash-restore': ['items'],
};

/** The members of a result that are missing, or that were not promised. */
export function wrongMembers(kind: CommandKindName, result: unknown): readonly string[] {
  const left = new Set(Object.keys(result ?? {}));
  const missing = kindsResults[kind].filter((name) => !left.delete(name.replace('?', '')) && !name.endsWith('?'));
  return [...missing, ...left];
}
