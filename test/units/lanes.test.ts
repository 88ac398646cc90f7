/** Lanes: what waits for what. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createLanes } from '../../bridge/commands/lanes.ts';

test('a task across all lanes waits for those before it, and holds up those after it, except free ones', async () => {
  const lanes = createLanes();
  const log: string[] = [];
  const held = Promise.withResolvers<void>();
  const noted = (name: string, until?: Promise<void>) => async () => {
    await until;
    log.push(name);
  };
  lanes.add('a', noted('a1', held.promise));
  lanes.add('b', noted('b1'));
  lanes.addAcross(noted('across'));
  lanes.add('b', noted('b2'));
  lanes.add('c', noted('c1'));
  lanes.addFree(noted('free'));
  await new Promise(setImmediate);
  assert.deepEqual(log, ['b1', 'free']);
  held.resolve();
  await lanes.idle();
  assert.deepEqual(log.slice(2), ['a1', 'across', 'b2', 'c1']);
});

test('two tasks across all lanes run one after another, and lanes go on after them', async () => {
  const lanes = createLanes();
  const log: number[] = [];
  const note = (count: number) => async () => {
    await new Promise(setImmediate);
    log.push(count);
  };
  lanes.addAcross(note(1));
  lanes.addAcross(note(2));
  lanes.add('a', note(3));
  lanes.addAcross(note(4));
  lanes.add('a', note(5));
  await lanes.idle();
  assert.deepEqual(log, [1, 2, 3, 4, 5]);
});
