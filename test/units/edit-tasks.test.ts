/** A task's mark is one character. */
import assert from 'node:assert/strict';
import { glob, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { readChecklist } from '#contract/grammar/checklist.ts';
import { readTasks } from '#contract/grammar/tasks.ts';
import { taskStatuses } from '#contract/meta.ts';
import { applyEdits } from '../../bridge/files/text-edits.ts';
import { setChecklistItem, setTaskStatus } from '../../bridge/formats/task-edit.ts';
import { copyRealProject, openTemporaryFolder, realProjectsMissing } from '../kit/projects.ts';

test('every marker of the real tasks, set to every status: one character changes, and back again is the same file', {
  skip: realProjectsMissing,
}, async () => {
  await using folder = await openTemporaryFolder();
  const root = await copyRealProject('spec-workflow', folder.path);
  let markers = 0;
  for await (const path of glob('.spec-workflow/**/tasks.md', {
    cwd: root,
    exclude: (entry) => entry.includes('.snapshots'),
  })) {
    const text = await readFile(join(root, path), 'utf8');
    for (const task of readTasks(text)) {
      markers += 1;
      for (const status of taskStatuses) {
        const { text: after, undo } = setTaskStatus(text, task, status, undefined);
        assert.equal(applyEdits(after, undo).text, text);
        const differing = differences(text, after);
        assert.ok(after.length === text.length && differing <= 1, `${path} ${task.id}`);
        const now = readTasks(after).find(({ line }) => line === task.line);
        assert.equal(now?.status, status);
        if (now) assert.equal(setTaskStatus(after, now, task.status, undefined).text, text);
        break;
      }
    }
    for (const item of readChecklist(text)) {
      const { text: after } = setChecklistItem(text, item, !item.done);
      assert.equal(after.length, text.length);
      assert.equal(readChecklist(after).find(({ line }) => line === item.line)?.done, !item.done);
    }
  }
  assert.equal(markers, 936);
});

test('blocked says why below the task, in its line breaks, and another status takes that line away', () => {
  const before = '- [ ] 1. A\r\n  - File: a.ts\r\n- [ ] 2. B';
  const [first, last] = readTasks(before);
  assert.ok(first && last);
  const { text: blocked } = setTaskStatus(before, first, 'blocked', 'waiting');
  assert.equal(blocked, '- [~] 1. A\r\n  - _Blocked: waiting_\r\n  - File: a.ts\r\n- [ ] 2. B');
  const [again] = readTasks(blocked);
  assert.ok(again);
  assert.equal(setTaskStatus(blocked, again, 'pending', undefined).text, before);
  assert.equal(
    setTaskStatus(before, last, 'blocked', 'too').text,
    '- [ ] 1. A\r\n  - File: a.ts\r\n- [~] 2. B\r\n  - _Blocked: too_',
  );
});

test('checklist items inside a code fence are none', () => {
  assert.deepEqual(
    readChecklist('## A\n- [ ] one\n```\n- [ ] two\n```\n- [X] three\n').map(({ line, done, section }) => [
      line,
      done,
      section,
    ]),
    [
      [2, false, 'A'],
      [6, true, 'A'],
    ],
  );
});

test('a fence inside a fence ends nothing: the boxes below are seen, and those inside are not', () => {
  const text = [
    '````md',
    '```bash',
    '- [ ] inside',
    '```',
    '````',
    '- [ ] below',
    '~~~',
    '```',
    '~~~',
    '- [x] last',
    '',
  ];
  assert.deepEqual(
    readChecklist(text.join('\n')).map(({ line }) => line),
    [6, 10],
  );
  const bash = ['```', '```bash', '- [ ] inside', '```', '- [ ] 1. below'].join('\n');
  assert.deepEqual(
    readTasks(bash).map(({ line }) => line),
    [5],
  );
});

test('a fence in the front matter hides no box of the body', () => {
  const text = '---\nstatus: planned\nnote: |\n  ```\n---\n- [ ] a\n';
  assert.deepEqual(
    readChecklist(text).map(({ line, mark }) => [line, mark]),
    [[6, 3]],
  );
});

function differences(a: string, b: string): number {
  let count = 0;
  for (let at = 0; at < b.length; at++) if (a[at] !== b[at]) count += 1;
  return count;
}
