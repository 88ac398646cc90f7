/** When a disk is asked at once, and when by way of Node's threads. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createQuick } from '../../bridge/watch/quick.ts';

/** How many of some questions are asked at once, on a disk that answers in `tookMs`. */
function askedAtOnce(tookMs: number, { local = true, questions = 1000 } = {}): number {
  let now = 0;
  let asked = 0;
  const quick = createQuick(local, () => now);
  for (let n = 0; n < questions; n++)
    quick.try(() => {
      now += tookMs;
      asked += 1;
      return true;
    });
  return asked;
}

test('a disk that answers from memory is asked at once, and one that has to seek holds up nobody for long', () => {
  assert.equal(askedAtOnce(0.005), 1000);
  assert.ok(askedAtOnce(0.5) < 50);
  assert.ok(askedAtOnce(10) < 5);
  assert.equal(askedAtOnce(0.005, { local: false }), 0);
});
