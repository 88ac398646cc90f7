/** When a long-poll is witness against a stream on trial. */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { limits } from '#contract/limits.ts';
import { createWitness } from '../../pwa/state/stream/witness.ts';

const { witnessAfterMs, witnessGraceMs } = limits;

/** A witness whose polls the test answers, and how often it spoke. */
function bringWitness(t: TestContext) {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const polls: ((happened: boolean) => void)[] = [];
  let spoke = 0;
  const witness = createWitness(
    () => new Promise((resolve) => polls.push(resolve)),
    () => (spoke += 1),
  );
  const pass = async (ms: number) => {
    t.mock.timers.tick(ms);
    await turn();
  };
  return { witness, polls, pass, spoke: () => spoke };
}

test('what a poll is told and the stream is not is held back, half a second later', async (t) => {
  const { witness, polls, pass, spoke } = bringWitness(t);
  witness.watch();
  await pass(witnessAfterMs - 1);
  assert.equal(polls.length, 0, 'a stream that is through in time costs no poll');
  await pass(1);
  polls[0]?.(true);
  await pass(0);
  await pass(witnessGraceMs - 1);
  assert.equal(spoke(), 0);
  await pass(1);
  assert.equal(spoke(), 1);
});

test('a stream that tells it too, a little later, is not judged', async (t) => {
  const { witness, polls, pass, spoke } = bringWitness(t);
  witness.watch();
  await pass(witnessAfterMs);
  polls[0]?.(true);
  await pass(witnessGraceMs - 1);
  witness.watch();
  await pass(witnessGraceMs);
  assert.equal(spoke(), 0);
  witness.stop();
  await pass(10 * witnessAfterMs);
  assert.deepEqual([spoke(), polls.length], [0, 1], 'nor is one whose trial is over');
});

test('where nothing has happened, the stream’s own time is the verdict', async (t) => {
  const { witness, polls, pass, spoke } = bringWitness(t);
  witness.watch();
  await pass(witnessAfterMs);
  polls[0]?.(false);
  await pass(10 * witnessGraceMs);
  assert.equal(spoke(), 0);
});
