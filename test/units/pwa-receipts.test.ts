/** What a toast says of a wish: never that something was done which was not. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type CommandState, commandStates } from '#contract/command-life.ts';
import { isShownByRecord, mayUndo, sentenceOf } from '../../pwa/features/receipts.ts';
import type { Wish } from '../../pwa/state/app-state.ts';
import { emptyState } from '../../pwa/state/facts/shown.ts';

const states: readonly Wish['state'][] = [...commandStates, 'sending', 'unsent'];

const wishes = {
  'design.md saved': ['spec-document-write', { document: 'design.md' }],
  'product.md saved': ['steering-write', { document: 'product' }],
  'Status set to In progress': ['spec-metadata-update', { status: 'in-progress' }],
  'Priority removed': ['spec-metadata-update', { priority: null }],
  'Assignee set to ada': ['spec-metadata-update', { assignee: 'ada' }],
  'Now depends on 001-a': ['spec-metadata-update', { addDependsOn: ['001-a'] }],
  'Metadata restored': ['spec-metadata-update', { edits: [] }],
  'Task 2.1 set to Done': ['task-status-update', { task: '2.1', status: 'completed' }],
  'Item ticked': ['task-status-update', { status: 'completed' }],
  'checkout archived': ['spec-archive', { spec: '.spec-workflow/specs/checkout' }],
  'checkout unarchived': ['spec-unarchive', { spec: 'checkout' }],
} as const satisfies Record<string, readonly [Wish['kind'], Wish['args']]>;

test('only what is done is said to be done; before, it is being done, and afterwards it could not', () => {
  const under: readonly (CommandState | 'sending')[] = ['sending', 'queued', 'delivered'];
  for (const [done, [kind, args]] of Object.entries(wishes))
    for (const state of states) {
      const said = sentenceOf({ kind, args, state }, 'laptop');
      assert.equal(said.includes(done), state === 'done', `${state}: ${said}`);
      assert.equal(
        said.endsWith('…'),
        under.some((known) => known === state),
        `${state}: ${said}`,
      );
    }
});

test('a conflict on a document reads as one sentence', () => {
  const wish = { kind: 'spec-document-write', args: { document: 'design.md' } } as const;
  const said = (['queued', 'conflict', 'done'] as const).map((state) => sentenceOf({ ...wish, state }, 'laptop'));
  assert.deepEqual(said, [
    'Saving design.md on laptop…',
    'Could not save design.md on laptop',
    'design.md saved on laptop',
  ]);
});

test('of a command that ran it is said how it ended', () => {
  const said = (result: object) =>
    sentenceOf({ kind: 'exec', args: { command: 'make' }, state: 'done', result }, 'laptop');
  assert.deepEqual(
    [{ exitCode: 0 }, { exitCode: 2 }, { signal: 'SIGKILL' }, { stopped: true }, { timedOut: true }].map(said),
    [
      'Ran make on laptop: ended with 0',
      'Ran make on laptop: ended with 2',
      'Ran make on laptop: ended by SIGKILL',
      'Ran make on laptop: stopped',
      'Ran make on laptop: its time was up',
    ],
  );
});

test('a decision is taken back only while no agent has taken it', () => {
  const wish = { id: 'command-1', machine: 'laptop', kind: 'approval-update' } as Wish;
  const stateWith = (state: string) => {
    const record = { id: 'decision-1', kind: 'decision', state, meta: { command: wish.id } };
    return { ...emptyState(), items: { record: { 'm.laptop': { 'decision-1': record } } } };
  };
  assert.deepEqual(
    ['decided', 'taken'].map((state) => mayUndo(stateWith(state), wish)),
    [true, false],
  );
  assert.equal(mayUndo(emptyState(), { ...wish, kind: 'spec-archive' }), true);
});

test('a person hears of a terminal’s new name that still waits, was cancelled or expired, also on its own screen', () => {
  const wish = { id: 'command-1', machine: 'laptop', args: { terminal: 't1' }, ifRev: undefined, sentAt: 0 };
  const without = (open: string) =>
    states.filter((state) => isShownByRecord(emptyState(), { ...wish, kind: 'terminal-rename', state }, open));
  assert.deepEqual([without('t1'), without('t2')], [['delivered', 'done'], ['delivered']]);
  const exec = { ...wish, kind: 'exec', args: { command: 'make' }, state: 'delivered' } as const;
  assert.equal(isShownByRecord(emptyState(), exec, 't1'), false, 'its run is not known yet');
});
