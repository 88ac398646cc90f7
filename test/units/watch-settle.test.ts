/** When what has changed may leave. Timers stand still here: what needs one does not happen by itself. */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { limits } from '#contract/limits.ts';
import { createSettle } from '../../bridge/watch/settle.ts';

test('a change leaves at once, also right after another one', async (context) => {
  using settle = openSettle(context);
  for (const path of ['a', 'b', 'a']) {
    settle.touch([path]);
    await nextTurn();
  }
  assert.deepEqual(settle.flushed, [['a'], ['b'], ['a']]);
});

test('what changes while a look is under way goes together with the next one, each path once', async (context) => {
  const { promise: gate, resolve: open } = Promise.withResolvers<void>();
  using settle = openSettle(context, gate);
  settle.touch(['a']);
  await nextTurn();
  for (const path of ['b', 'c', 'b']) {
    settle.touch([path]);
    await nextTurn();
  }
  assert.deepEqual(settle.flushed, [['a']], 'two at once');
  open();
  await nextTurn();
  await nextTurn();
  assert.deepEqual(settle.flushed, [['a'], ['b', 'c']]);
});

test('a storm is gathered, with what began to leave in the same turn', async (context) => {
  using settle = openSettle(context);
  const many = Array.from({ length: limits.stormPathsMax + 1 }, (_, n) => `file ${n}`);
  settle.touch(many);
  await nextTurn();
  assert.deepEqual(settle.flushed, []);
  settle.touch(['one more']);
  context.mock.timers.tick(limits.settleStormMs);
  await nextTurn();
  assert.deepEqual(settle.flushed, [[...many, 'one more']]);
});

test('a switch of branches that takes longer than a moment is one look, and one without end is looked at in between', async (context) => {
  using settle = openSettle(context);
  const many = Array.from({ length: limits.stormPathsMax + 1 }, (_, n) => `file ${n}`);
  settle.touch(many);
  context.mock.timers.tick(limits.settleStormMs - 1);
  passMs(limits.stormWindowMs + 1);
  settle.touch(['later']);
  context.mock.timers.tick(limits.settleStormMs - 1);
  await nextTurn();
  assert.deepEqual(settle.flushed, [], 'what came later was waited for');
  context.mock.timers.tick(1);
  await nextTurn();
  assert.deepEqual(settle.flushed, [[...many, 'later']]);
  settle.touch(many);
  passMs(limits.gatherStormMsMax + 1);
  settle.touch(many);
  context.mock.timers.tick(limits.settleStormMs - 1);
  settle.touch(many);
  context.mock.timers.tick(1);
  await nextTurn();
  assert.deepEqual(settle.flushed.at(-1), many);
  assert.equal(settle.flushed.length, 2);
});

/** The clock goes on, and the timers of the test do not. */
function passMs(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

test('as many paths as are no storm yet leave at once', async (context) => {
  using settle = openSettle(context);
  settle.touch(Array.from({ length: limits.stormPathsMax }, (_, n) => `file ${n}`));
  await nextTurn();
  assert.equal(settle.flushed.length, 1);
});

function openSettle(context: TestContext, under: Promise<void> = Promise.resolve()) {
  context.mock.timers.enable({ apis: ['setTimeout'] });
  const flushed: string[][] = [];
  const settle = createSettle(async (paths) => {
    flushed.push([...paths]);
    await under;
  });
  return {
    flushed,
    touch: (paths: readonly string[]) => paths.forEach(settle.touch),
    [Symbol.dispose]: settle.stop,
  };
}
