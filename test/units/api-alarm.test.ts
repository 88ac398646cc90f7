/** An alarm tells of what all do together, once, and holds nobody back. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createAlarm } from '../../api/middleware/alarm.ts';

test('an alarm rings once within its time, and again in the next', () => {
  let now = 0;
  const rung: number[] = [];
  const alarm = createAlarm(
    3,
    1000,
    (count) => rung.push(count),
    () => now,
  );
  const note = (times: number) => {
    for (let count = 0; count < times; count++) alarm.note();
  };
  note(3);
  assert.deepEqual(rung, []);
  note(10);
  assert.deepEqual(rung, [4]);
  now = 1000;
  note(3);
  assert.deepEqual(rung, [4]);
  note(1);
  assert.deepEqual(rung, [4, 4]);
});
