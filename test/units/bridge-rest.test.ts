/** A bridge that has uploaded everything gives memory back, and does not do so after each change. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { createRest } from '../../bridge/rest.ts';
import { createPace } from '../../bridge/sync/pace.ts';

test('many ends of uploads in a row are followed by one pass', async () => {
  const passes: unknown[] = [];
  const rest = createRest(((options: unknown) => void passes.push(options)) as typeof globalThis.gc, 1);
  for (let end = 0; end < 20; end += 1) rest();
  await delay(50);
  assert.deepEqual(passes, [{ type: 'major', execution: 'sync', flavor: 'last-resort' }]);
});

test('how fast an upload goes is told of its own moments, not of the hour of silence before', () => {
  let now = 0;
  const pace = createPace(() => now);
  now = 3_600_000;
  pace.count(500);
  assert.ok(pace.perSecond() >= 500 / 15, `${pace.perSecond()}`);
  for (let second = 1; second <= 30; second += 1) {
    now += 1000;
    pace.count(100);
  }
  assert.ok(Math.abs(pace.perSecond() - 100) < 10, `${pace.perSecond()}`);
});
