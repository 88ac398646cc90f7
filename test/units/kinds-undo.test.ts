/** What kinds declare of taking back: each undo is a command that the contract knows, with args that it takes. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as v from 'valibot';
import { commandKind, commandNames } from '#contract/kinds/index.ts';

const rev = 'a'.repeat(64);
const key = 'AAAAAAAAAAAAAAAA';
const edits = [{ start: 0, end: 1, text: '#' }];
const spec = { project: 'shop', spec: '001-first-light' };
const moved = { spec: '001-first-light', from: 'specs/001-first-light', folderRev: rev };
const archived = 'specs/archived/001-first-light';

const decided = { approval: 'a1', status: 'approved', respondedAt: 'x', path: 'a', rev, file: 'b', fileRev: rev };

/** One command of each kind that can be taken back, as it was done. */
const done: Readonly<Record<string, readonly [args: object, result: object]>> = {
  'approval-create': [
    { project: 'shop', title: 'Design', file: 'design.md' },
    { approval: 'a1', path: 'a', rev, reused: false },
  ],
  'approval-decide-many': [
    { project: 'shop', decision: 'approve', items: [{ approval: 'a1', ifRev: rev, fileRev: rev }] },
    { total: 1, succeeded: ['a1'], failed: [], decided: [decided] },
  ],
  'approval-delete': [
    { project: 'shop', approval: 'a1' },
    { approval: 'a1', path: 'a', trashed: '.spec-workflow/.sallyport-trash/x' },
  ],
  'approval-update': [{ project: 'shop', approval: 'a1', decision: 'approve', fileRev: rev }, decided],
  'job-run': [
    { job: 'j1' },
    {
      ...{ run: 'x', tool: 'spec-workflow', jobId: 'j1', success: true, startTime: 'x', endTime: 'x', duration: 0 },
      ...{ itemsProcessed: 1, itemsDeleted: 1, items: [{ project: 'shop', path: 'a', trashed: 'b' }] },
    },
  ],
  'project-add': [{ key }, { project: 'abcdefghijkl', name: 'shop', formats: ['lean-spec'], key }],
  'project-remove': [{ project: 'shop' }, { project: 'abcdefghijkl', name: 'shop', formats: ['lean-spec'], key }],
  'file-write': [
    { project: 'shop', path: 'specs/001-first-light/NOTES.md', edits },
    { path: 'a', rev, undo: { edits } },
  ],
  'job-create': [
    { name: 'Clean', type: 'cleanup-approvals', daysOld: 30, schedule: '0 2 * * *' },
    { tool: 'spec-workflow', job: 'job-1', rev, undo: { kind: 'job-delete', args: { job: 'job-1' } } },
  ],
  'job-delete': [
    { job: 'job-1' },
    {
      tool: 'spec-workflow',
      job: 'job-1',
      rev,
      undo: {
        kind: 'job-create',
        args: { name: 'Clean', type: 'cleanup-approvals', daysOld: 30, schedule: '0 2 * * *' },
      },
    },
  ],
  'job-update': [
    { job: 'job-1', enabled: true },
    { tool: 'spec-workflow', job: 'job-1', rev, undo: { kind: 'job-update', args: { job: 'job-1', enabled: false } } },
  ],
  'spec-archive': [spec, { ...moved, to: archived }],
  'spec-unarchive': [
    { ...spec, spec: archived },
    { ...moved, to: moved.from, undo: { rev, edits } },
  ],
  'spec-document-write': [
    { ...spec, document: 'design.md', edits },
    { path: 'a', rev, undo: { edits } },
  ],
  'spec-metadata-update': [
    { ...spec, status: 'complete' },
    { path: 'a', rev, changed: ['status'], undo: { edits } },
  ],
  'steering-write': [
    { project: 'shop', document: 'tech', edits },
    { path: 'a', rev, undo: { edits } },
  ],
  'task-status-update': [
    { ...spec, task: '1', status: 'completed' },
    { path: 'a', rev, line: 3, undo: { status: 'pending', edits } },
  ],
};

for (const name of commandNames.filter((each) => commandKind(each)?.undo !== undefined))
  test(`${name} is taken back by a command that the contract knows, against the rev that it left`, () => {
    const kind = commandKind(name);
    const [args, result] = done[name] ?? [];
    assert.ok(v.is(kind?.result ?? v.never(), result), 'a result of the kind');
    const undo = kind?.undo?.(args, result);
    const other = commandKind(undo?.kind ?? '');
    assert.equal(undo?.ifRev, other?.guards.length === 0 ? undefined : rev);
    assert.deepEqual(v.safeParse(other?.args ?? v.never(), undo?.args).issues, undefined);
  });

test('a text that was replaced as a whole is not taken back', () => {
  const args = { project: 'shop', document: 'tech', content: '# Tech\n' };
  assert.equal(commandKind('steering-write')?.undo?.(args, { path: 'a', rev }), undefined);
});
