/** Many files with the same bytes: a bridge looks for moves among them without comparing each with each. */
import assert from 'node:assert/strict';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { test } from 'node:test';
import { makeSmallProject, writeFiles } from '../kit/projects.ts';
import { openWatched } from '../kit/watched.ts';

const count = 15_000;

/** The longest that nothing else moved, in ms, while a project with so many files was read. */
async function longestDelay(files: number, textOf: (n: number) => string): Promise<number> {
  const delay = monitorEventLoopDelay({ resolution: 5 });
  await using _watched = await openWatched(async (root) => {
    await makeSmallProject(root);
    const crowd = Array.from({ length: files }, (_, n) => [`specs/001-first-light/crowd/${n}.txt`, textOf(n)]);
    await writeFiles(root, Object.fromEntries(crowd));
    delay.enable();
  });
  delay.disable();
  return delay.max / 1e6;
}

test(`${count} empty files hold up a bridge no longer than different ones would`, async (t) => {
  const third = await longestDelay(count / 3, (n) => `file ${n}\n`);
  const empty = await longestDelay(count, () => '');
  t.diagnostic(`${Math.round(third)} ms for a third of them with different bytes, ${Math.round(empty)} ms`);
  assert.ok(empty < 6 * third + 200, `${empty} ms, a third of them with different bytes ${third} ms`);
});
