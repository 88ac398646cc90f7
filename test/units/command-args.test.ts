/** Args of a command typed as pairs: what does not fit gets a sentence that says what does. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { argsOf } from '../../bridge/cli/command-args.ts';

test('a pair is text where the kind takes text, else what it says as JSON', () => {
  assert.deepEqual(
    argsOf('spec-metadata-update', ['spec=001', 'priority=low', 'tags=["a","b"]', 'assignee=null', 'force=true']),
    { spec: '001', priority: 'low', tags: ['a', 'b'], assignee: 'null', force: true },
  );
  assert.deepEqual(argsOf('spec-metadata-update', ['priority=null']), { priority: null });
  assert.deepEqual(argsOf('task-status-update', ['task=1', 'line=3', 'text=a=b']), { task: '1', line: 3, text: 'a=b' });
  assert.deepEqual(argsOf('file-read', ['{"path":"x"}']), { path: 'x' });
});

const slips = [
  ['priority=lw', 'priority is one of low, medium, high, critical, or null to remove it, not "lw".'],
  ['status=don', 'status is one of draft, planned, in-progress, complete, archived, not "don".'],
  ['force=yes', 'force is true or false, not "yes".'],
  ['tags=a,b', `tags is a JSON list such as '["one","two"]', or null to remove it, not "a,b".`],
  ['tags={"a":1}', `tags is a JSON list such as '["one","two"]', or null to remove it, not "{\\"a\\":1}".`],
  ['prioritty=low', 'spec-metadata-update takes no "prioritty"; did you mean priority?'],
  ['priority', '"priority" is not name=value.'],
  ['{"priority":', 'This is not a JSON object: {"priority":'],
] as const;

for (const [typed, sentence] of slips)
  test(`${typed}: a sentence that says what would fit`, () => {
    assert.throws(() => argsOf('spec-metadata-update', [typed]), { message: sentence });
  });

test('a number and a pattern say what they want too', () => {
  assert.throws(() => argsOf('task-status-update', ['line=x']), { message: 'line is a number, not "x".' });
  assert.throws(() => argsOf('task-status-update', ['task=one']), {
    message: 'task is not taken: A task number looks like 2 or 2.1, not "one".',
  });
});
