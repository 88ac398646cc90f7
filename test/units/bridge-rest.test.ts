/** A bridge that has uploaded everything gives memory back, and does not do so after each change. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRest } from '../../bridge/rest.ts';
import { createPace } from '../../bridge/sync/pace.ts';
import { eventually } from '../kit/eventually.ts';

test('many ends of uploads in a row are followed by one pass, and what comes after that by one more, a while later', async () => {
  const passes: { readonly at: number; readonly options: unknown }[] = [];
  const gc = (options: unknown) => void passes.push({ at: performance.now(), options });
  const rest = createRest(gc as typeof globalThis.gc, { afterMs: 1, apartMs: 100 });
  const manyEnds = () => Array.from({ length: 20 }, rest);
  manyEnds();
  await eventually(() => passes.length === 1);
  manyEnds();
  await eventually(() => passes.length === 2);
  const [first, second] = passes;
  assert.deepEqual(first?.options, { type: 'major', execution: 'sync', flavor: 'last-resort' });
  assert.ok((second?.at ?? 0) - (first?.at ?? 0) >= 98, 'a pass holds everything up');
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
