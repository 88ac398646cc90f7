/** What a document's meta says, whatever a bridge of another age writes into it. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Meta } from '#contract/document.ts';
import { metaOf } from '../../pwa/features/document-meta.ts';

test('each kind has what its files have, and nothing of another kind', () => {
  const meta: Meta = {
    format: 'lean-spec',
    number: '007',
    status: 'in-progress',
    priority: 'high',
    tags: ['a', 'b'],
    depends_on: ['001'],
    transitions: [{ status: 'planned', at: '2026-01-01' }],
    tasks: { total: 3, completed: 1, pending: 2 },
    checklist: { total: 2, done: 1 },
  };
  const spec = metaOf({ kind: 'spec', meta });
  assert.ok(spec.is === 'spec' && spec.status === 'in-progress' && spec.transitions.length === 1);
  const tasks = metaOf({ kind: 'tasks', meta });
  assert.deepEqual(tasks.is === 'tasks' && tasks.tasks, { total: 3, completed: 1, pending: 2 });
  const approval = metaOf({ kind: 'approval', meta: { status: 'approve' } });
  assert.equal(
    approval.is === 'approval' && approval.status,
    'approve',
    'a word that the format does not know is shown',
  );
  assert.deepEqual(metaOf({ kind: 'mind-map' as never, meta }).is, 'other');
});

test('what is not as its kind has it is left out', () => {
  const hostile: Meta = {
    status: 'unheard-of',
    priority: 7,
    tags: ['a', 1, null],
    depends_on: 'x',
    transitions: [null, { status: 1, at: 'x' }, { status: 'planned' }],
    checklist: { total: '2' },
    number: '',
  };
  const spec = metaOf({ kind: 'spec', meta: hostile });
  assert.ok(spec.is === 'spec');
  assert.deepEqual(
    [spec.status, spec.priority, spec.tags, spec.dependsOn, spec.transitions, spec.checklist, spec.number],
    [undefined, undefined, ['a'], [], [], undefined, undefined],
  );
});
