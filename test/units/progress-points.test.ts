/** The points of a spec's progress: bounded, the first one and the newest kept. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { limits } from '#contract/limits.ts';
import { type Counted, countsOf, recordOf, whenEnded, withCounts } from '../../bridge/progress/points.ts';

const hour = 60 * 60_000;
const begun: Counted = { project: 'p', path: 'a/tasks.md', spec: 'a', ended: false, points: [[0, 900, 0]] };

test('a change in the same hour replaces the last point, never the first', () => {
  const two = withCounts(withCounts(begun, [900, 1], 60_000), [900, 2], 120_000);
  assert.deepEqual(two.points, [
    [0, 900, 0],
    [120_000, 900, 2],
  ]);
  assert.equal(withCounts(two, [900, 2], hour), two, 'nothing has changed');
});

test('after years of changes the first point and the newest are there, and the record stays small', () => {
  let counted = begun;
  for (let done = 1; done <= 900; done += 1) counted = withCounts(counted, [900, done], done * hour);
  assert.deepEqual(
    [counted.points[0], counted.points.at(-1)],
    [
      [0, 900, 0],
      [900 * hour, 900, 900],
    ],
  );
  assert.ok(counted.points.length <= limits.progressPointsMax);
  assert.ok(JSON.stringify(recordOf(counted).meta).length < 16 * 1024);
});

test('what is archived has nothing open, and counts on when it is back', () => {
  const ended = whenEnded(withCounts(begun, [900, 5], hour), 2 * hour);
  assert.deepEqual(ended.points.at(-1), [2 * hour, 5, 5]);
  assert.deepEqual(withCounts(ended, [900, 5], 4 * hour).points.at(-1), [4 * hour, 900, 5]);
  const meta = { format: 'spec-workflow', tasks: { total: 2, completed: 1 } };
  assert.deepEqual(countsOf({ kind: 'tasks', meta }), [2, 1]);
  assert.equal(countsOf({ kind: 'tasks', meta: { ...meta, archived: true } }), undefined);
  assert.deepEqual(
    countsOf({ kind: 'tasks', meta: { ...meta, tasks: { total: 0, completed: 0 }, checklist: { total: 4, done: 3 } } }),
    [4, 3],
  );
});
