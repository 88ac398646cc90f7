/** What kinds declare of taking back: each undo is a command that the contract knows, with args that it takes. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as v from 'valibot';
import { commandKind, commandNames } from '#contract/kinds/index.ts';

const rev = 'a'.repeat(64);
const edits = [{ start: 0, end: 1, text: '#' }];
const spec = { project: 'shop', spec: '001-first-light' };
const moved = { spec: '001-first-light', from: 'specs/001-first-light', folderRev: rev };
const archived = 'specs/archived/001-first-light';

/** One command a kind that was done. */
const done: Readonly<Record<string, readonly [args: object, result: object]>> = {
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

for (const name of commandNames)
  test(`${name} is taken back by a command that the contract knows, against the rev that it left`, () => {
    const kind = commandKind(name);
    const [args, result] = done[name] ?? [];
    assert.ok(v.is(kind?.result ?? v.never(), result), 'a result of the kind');
    const undo = kind?.undo?.(args, result);
    assert.equal(undo?.ifRev, rev);
    const other = commandKind(undo?.kind ?? '');
    assert.deepEqual(v.safeParse(other?.args ?? v.never(), undo?.args).issues, undefined);
  });

test('a text that was replaced as a whole is not taken back', () => {
  const args = { project: 'shop', document: 'tech', content: '# Tech\n' };
  assert.equal(commandKind('steering-write')?.undo?.(args, { path: 'a', rev }), undefined);
});
