/** What the files of spec-workflow and spec-context say. */
import assert from 'node:assert/strict';
import { glob, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { readTasks } from '#contract/grammar/tasks.ts';
import type { Layout } from '../../bridge/formats/format.ts';
import { specContext, specWorkflow } from '../../bridge/formats/spec-workflow.ts';
import { copyRealProject, openTemporaryFolder, realProjectsMissing, writeFiles } from '../kit/projects.ts';

const encoder = new TextEncoder();

async function openLayout(): Promise<Layout> {
  await using folder = await openTemporaryFolder();
  await writeFiles(folder.path, { '.spec-workflow/steering/product.md': '# Product\n' });
  const layout = await specWorkflow.detect(folder.path);
  assert.ok(layout);
  return layout;
}

test('the real tree is read as what it holds, under either name', { skip: realProjectsMissing }, async () => {
  await using folder = await openTemporaryFolder();
  const root = await copyRealProject('spec-workflow', folder.path);
  const counts = await kindsOf(root, await specWorkflow.detect(root), '.spec-workflow');
  assert.deepEqual(
    {
      approval: counts.approval,
      log: counts['implementation-log'],
      steering: counts.steering,
      requirements: counts.requirements,
    },
    { approval: 63, log: 80, steering: 3, requirements: 60 },
  );
  await rename(join(root, '.spec-workflow'), join(root, '.spec-context'));
  assert.deepEqual(await kindsOf(root, await specContext.detect(root), '.spec-context'), counts);
});

/** Two real files whose boxes carry no number. */
const tasksWithoutNumbers = /(?:rtx-tunnel-unified|filter-attribute-consolidation)\/tasks\.md$/;

async function kindsOf(root: string, layout: Layout | undefined, base: string): Promise<Record<string, number>> {
  assert.ok(layout);
  const counts: Record<string, number> = {};
  for await (const entry of glob(`${base}/**/*`, { cwd: root, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name).slice(root.length + 1);
    const { kind, meta } = layout.describe(path, await readFile(join(root, path)));
    const wanted = tasksWithoutNumbers.test(path) ? /wants a number/ : /^undefined$/;
    assert.match(String(meta.problem), wanted, path);
    counts[kind] = (counts[kind] ?? 0) + 1;
  }
  return counts;
}

test('every numbered task of the real trees is found, and what is inside underscores is read to the last one', {
  skip: realProjectsMissing,
}, async () => {
  await using folder = await openTemporaryFolder();
  const root = await copyRealProject('spec-workflow', folder.path);
  const tasks = [];
  for await (const path of glob('.spec-workflow/**/tasks.md', {
    cwd: root,
    exclude: (entry) => entry.includes('.snapshots'),
  }))
    tasks.push(...readTasks(await readFile(join(root, path), 'utf8')));
  assert.equal(tasks.length, 936);
  assert.equal(tasks.filter(({ status }) => status === 'completed').length, 887);
  assert.ok(tasks.some(({ leverage }) => leverage.some((file) => /\w_\w.*\.\w+$/.test(file))));
});

test('tasks: states, a reason, requirements without NFR, files without notes, a prompt over lines', async () => {
  const layout = await openLayout();
  const text = [
    '- [x] 1. Draw',
    '- [-] 1.1 Colour',
    '  - File: a_b.ts (new), c.ts',
    '  - _Requirements: 1.1, NFR, 1.3_',
    '  - _Prompt: Role: Painter |',
    '    Task: paint_',
    '- [~] 2\\. Hang',
    '  - _Blocked: no_wall_',
    '- [X] 3. Not a task, by the format',
    '- [ ] not numbered',
  ].join('\r\n');
  const [, second, third] = readTasks(text);
  assert.deepEqual(
    [second?.files, second?.requirements, second?.prompt],
    [['a_b.ts', 'c.ts'], ['1.1', '1.3'], 'Role: Painter | Task: paint'],
  );
  assert.deepEqual([third?.id, third?.blocked], ['2', 'no_wall']);
  const { meta } = layout.describe('.spec-workflow/specs/x/tasks.md', encoder.encode(text));
  assert.deepEqual(meta.tasks, { total: 3, completed: 1, in_progress: 1, pending: 0, blocked: 1, headers: 1 });
  assert.deepEqual(meta.checklist, { total: 2, done: 1 });
  assert.equal(meta.current, '1.1');
});

test('a prompt without an end keeps its words, and takes nothing of what stands below', () => {
  const [task] = readTasks(
    [
      '- [ ] 1. Read the socket',
      '  - _Prompt: Role: Engineer | Task: read keyrx_daemon/src/ipc/ with',
      '    no wait_',
      'and more words',
      '  - File: src/app/(site)/page.tsx (new, extended), (draft) b.ts, c.ts (see (d))',
      '  - Purpose: one',
      '  - Purpose: two',
      '  - _Prompt: Restrictions: keep snake_case names',
      '    in src/a_b.ts',
      '    File: last_one.ts',
      '  - _Leverage: x_y.ts, z.ts_',
      '  - a bullet',
      '',
      '## Notes',
      '- not of the task',
      '- _Requirements: 9_',
    ].join('\n'),
  );
  assert.deepEqual(task?.files, ['src/app/(site)/page.tsx', 'b.ts', 'c.ts', 'last_one.ts']);
  assert.deepEqual(task?.purposes, ['one', 'two']);
  assert.equal(task?.prompt, 'Restrictions: keep snake_case names in src/a_b.ts');
  assert.deepEqual([task?.leverage, task?.details, task?.requirements], [['x_y.ts', 'z.ts'], ['a bullet'], []]);
  const [closed] = readTasks('- [ ] 1. A\n  - _Prompt: Role: R |\n    Task: read a_b_\n  - B\n');
  assert.deepEqual([closed?.prompt, closed?.details], ['Role: R | Task: read a_b', ['B']]);
  const [cut] = readTasks('- [ ] 1. A\n  - _Prompt: one keyrx_daemon two\n\n  other\n');
  assert.equal(cut?.prompt, 'one keyrx_daemon two');
});

test('boxes without numbers are counted apart, and where no task has one the file says what its tool wants', async () => {
  const layout = await openLayout();
  const meta = (text: string) => layout.describe('.spec-workflow/specs/x/tasks.md', encoder.encode(text)).meta;
  const none = meta('# Tasks\n\n- [x] **1. Draw**\n- [ ] Hang\n* [X] 3. Sell\n');
  assert.deepEqual([none.tasks, none.checklist], [{ ...noTasks }, { total: 3, done: 2 }]);
  assert.match(String(none.problem), /wants a number/);
  const mixed = meta('- [x] 1. Draw\n  - [ ] Criterion\n');
  assert.deepEqual(
    [mixed.tasks, mixed.checklist],
    [
      { ...noTasks, total: 1, completed: 1, headers: 1 },
      { total: 1, done: 0 },
    ],
  );
  assert.equal(mixed.problem, undefined);
  assert.deepEqual(Object.keys(meta('# Tasks\n')), ['format', 'tasks']);
});

test('a task marked blocked in spec-context is shown, with a word that its tool does not see it', async () => {
  await using folder = await openTemporaryFolder();
  await writeFiles(folder.path, { '.spec-context/steering/product.md': '# Product\n' });
  const text = encoder.encode('- [~] 1. A\n- [ ] 2. B\n');
  const there = (await specContext.detect(folder.path))?.describe('.spec-context/specs/x/tasks.md', text).meta;
  assert.match(String(there?.problem), /does not see 1 of these/);
  assert.deepEqual(there?.tasks, { ...noTasks, total: 2, blocked: 1, pending: 1, headers: 2 });
  assert.equal((await openLayout()).describe('.spec-workflow/specs/x/tasks.md', text).meta.problem, undefined);
});

const noTasks = { total: 0, completed: 0, in_progress: 0, pending: 0, blocked: 0, headers: 0 };

test('an approval, its snapshots and a log say what they are about', async () => {
  const layout = await openLayout();
  const describe = (path: string, content: unknown) =>
    layout.describe(
      `.spec-workflow/${path}`,
      encoder.encode(typeof content === 'string' ? content : JSON.stringify(content)),
    );
  const approval = describe('approvals/checkout/approval_1_a.json', {
    id: 'approval_1_a',
    title: 'Design',
    filePath: '.spec-workflow/specs/checkout/design.md',
    type: 'document',
    status: 'needs-revision',
    comments: [{ type: 'general', comment: 'why' }],
  });
  assert.deepEqual(
    [approval.kind, approval.spec, approval.meta.status, approval.meta.comments],
    ['approval', 'checkout', 'needs-revision', 1],
  );
  const snapshot = describe('approvals/checkout/.snapshots/design.md/snapshot-003.json', {
    version: 3,
    trigger: 'approved',
  });
  assert.deepEqual([snapshot.kind, snapshot.meta.version, snapshot.meta.trigger], ['snapshots', 3, 'approved']);
  const log = describe(
    'specs/checkout/Implementation Logs/task-2-1_2026-01-22T1815_d1ce28be.md',
    '# Implementation Log: Task 2.1\n\n**Summary:** Fixed it\n\n- **Lines Added:** +120\n- **Lines Removed:** -20\n',
  );
  assert.deepEqual(
    [log.meta.task, log.meta.summary, log.meta.lines_added, log.meta.lines_removed],
    ['2.1', 'Fixed it', 120, 20],
  );
  for (const torn of ['{', '[]', 'null', '"x"'])
    assert.match(String(describe('approvals/checkout/b.json', torn).meta.problem), /JSON/);
});
