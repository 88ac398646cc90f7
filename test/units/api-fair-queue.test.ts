/** The queue in front of costly work: the lines take turns, and where it is full the longest one gives way. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createFairQueue } from '../../api/fair-queue.ts';

/** A queue whose work is done one at a time by `step`; notes the order. */
function openQueue(atOnce: number, waitingMax: number) {
  const queue = createFairQueue(atOnce, waitingMax);
  const begun: string[] = [];
  const refused: string[] = [];
  const open: (() => void)[] = [];
  const ask = (line: string, isKnown = false) =>
    void queue
      .run({ line, isKnown }, () => {
        begun.push(line);
        return new Promise<void>((resolve) => open.push(resolve));
      })
      .catch(() => refused.push(line));
  const settle = () => new Promise((resolve) => setImmediate(resolve));
  const run = async () => {
    await settle();
    for (let done = open.shift(); done !== undefined; done = open.shift()) {
      done();
      await settle();
    }
  };
  return { ask, begun, refused, settle, run };
}

test('whoever asks once is next but one, however much another has asked for', async () => {
  const { ask, begun, run } = openQueue(1, 100);
  for (let n = 0; n < 50; n++) ask('busy');
  ask('quick');
  await run();
  assert.equal(begun.length, 51);
  assert.ok(begun.indexOf('quick') <= 2, begun.slice(0, 5).join(' '));
});

test('known ones and strangers take turns, so that neither crowd stands in the way of the other', async () => {
  const { ask, begun, run } = openQueue(1, 100);
  for (let n = 0; n < 20; n++) ask(`stranger ${n}`);
  ask('friend', true);
  for (let n = 0; n < 20; n++) ask(`friend ${n}`, true);
  await run();
  assert.ok(begun.indexOf('friend') <= 2);
  assert.ok(begun.indexOf('stranger 5') <= 14, 'nor do known ones shut strangers out');
});

test('where it is full, the longest line gives way to a shorter one, and to nobody else', async () => {
  const { ask, begun, refused, settle, run } = openQueue(1, 4);
  ask('under way');
  for (let n = 0; n < 6; n++) ask('busy');
  await settle();
  assert.deepEqual(refused, ['busy', 'busy']);
  for (const line of ['a', 'b', 'c', 'd']) ask(line);
  await run();
  assert.deepEqual(refused, ['busy', 'busy', 'busy', 'busy', 'busy', 'd']);
  assert.deepEqual(begun.toSorted(), ['a', 'b', 'busy', 'c', 'under way']);
});
