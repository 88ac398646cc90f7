/** When what changed may leave. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { limits } from '#contract/limits.ts';
import { createSettle, settleDelayMs } from '../../bridge/watch/settle.ts';
import { eventually } from '../kit/eventually.ts';

test('after a second of silence a change leaves at once; what follows coalesces, longer in a storm', () => {
  assert.equal(settleDelayMs(limits.settleSilenceMs, 1), 0);
  assert.equal(settleDelayMs(Number.POSITIVE_INFINITY, 500), 0);
  assert.equal(settleDelayMs(limits.settleSilenceMs - 1, 1), limits.settleMs);
  assert.equal(settleDelayMs(0, 100), limits.settleStormMs);
});

test('paths that are touched in between go together, each once', async () => {
  const flushed: string[][] = [];
  const settle = createSettle(async (paths) => {
    flushed.push([...paths]);
    return true;
  });
  settle.touch('a');
  await eventually(() => flushed.length === 1);
  for (const path of ['b', 'c', 'b', 'b']) settle.touch(path);
  await eventually(() => flushed.length === 2);
  assert.deepEqual(flushed, [['a'], ['b', 'c']]);
  settle.stop();
});

test('what led to nothing does not end the silence', async () => {
  const at: number[] = [];
  const settle = createSettle(async () => {
    at.push(performance.now());
    return false;
  });
  const took: number[] = [];
  // The best of five: other tests share the processor.
  for (const nth of [1, 2, 3, 4, 5]) {
    settle.touch('swap file');
    await eventually(() => at.length === 2 * nth - 1, { everyMs: 1 });
    const touched = performance.now();
    settle.touch('the file');
    await eventually(() => at.length === 2 * nth, { everyMs: 1 });
    took.push((at.at(-1) ?? 0) - touched);
  }
  assert.ok(Math.min(...took) < limits.settleMs / 2, `took ${took.map(Math.round)} ms`);
  settle.stop();
});

test('a flush that is under way is never joined by another', async () => {
  let under = 0;
  let most = 0;
  let done = 0;
  const { promise: gate, resolve: open } = Promise.withResolvers<void>();
  const settle = createSettle(async () => {
    most = Math.max(most, ++under);
    await gate;
    under -= 1;
    done += 1;
    return true;
  });
  settle.touch('a');
  await eventually(() => under === 1);
  settle.touch('b');
  settle.touch('c');
  open();
  await eventually(() => done === 2);
  assert.equal(most, 1);
  settle.stop();
});
