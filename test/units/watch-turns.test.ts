/** Tasks of a project that go one after another, and short ones that are let in. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createTurns } from '../../bridge/watch/turns.ts';

test('a short task is let in by a long one, and waits for one that lets nobody in', async () => {
  const done: string[] = [];
  const defects: unknown[] = [];
  const turns = createTurns((error) => defects.push(error));
  const note = (name: string) => void done.push(name);
  const short = (name: string) => turns.runSoon(async () => note(name));
  const work = Promise.withResolvers<string>();
  const first = turns.run(async () => {
    void short('in the first pause');
    assert.equal(done.length, 0);
    await turns.letIn();
    note('long');
    void Promise.resolve().then(async () => {
      await short('while it works');
      await turns.runSoon(async () => {
        throw new Error('fails');
      });
      work.resolve('worked');
    });
    note(await turns.meanwhile(work.promise));
  });
  const second = turns.run(async () => note('next'));
  await Promise.all([first, second]);
  await short('alone');
  assert.deepEqual(done, ['in the first pause', 'long', 'while it works', 'worked', 'next', 'alone']);
  assert.equal(defects.length, 1);
  await turns.stop();
  await short('never');
  assert.equal(done.length, 6);
});

test('work that fails fails its own task', async () => {
  const defects: unknown[] = [];
  const turns = createTurns((error) => defects.push(error));
  await turns.run(() => turns.meanwhile(Promise.reject(new Error('no such folder'))));
  assert.match(String(defects[0]), /no such folder/);
});
