/** What a terminal or a run is to its lists: a command line that is not all of it says so. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { recordOf } from '../../bridge/sessions/session-record.ts';

const wanted = { id: 'run-number-1', cwd: '/shop', env: {}, title: 'a run', by: 'Ada', isSealed: false } as const;
const metaOf = (argv: readonly string[], more: { hasMore?: true } = {}) =>
  recordOf('run', { ...wanted, argv, ...more }, {}, 0).meta;

test('a line that is too long for a list is cut, and is not taken for the whole: another command would run', () => {
  const line = `echo ${'x'.repeat(990)}; rm -rf /tmp/build-1`;
  const { argv, hasMore } = metaOf(['sh', '-lc', line]);
  assert.deepEqual([line.startsWith((argv as string[])[2] ?? '?'), hasMore], [true, true]);
  assert.equal(metaOf(['tar', ...Array.from({ length: 300 }, (_, at) => `file-${at}`)]).hasMore, true);
  assert.equal(metaOf(['npm', 'test'], { hasMore: true }).hasMore, true);
  assert.deepEqual(metaOf(['npm', 'test']).argv, ['npm', 'test']);
  assert.equal('hasMore' in metaOf(['npm', 'test']), false);
});
