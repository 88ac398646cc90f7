/** Files of what runs wrote and terminals showed: how long they stay. */
import assert from 'node:assert/strict';
import { mkdir, readdir, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { mock, test } from 'node:test';
import { limits } from '#contract/limits.ts';
import { dropOldFiles } from '../../bridge/sessions/output-files.ts';
import { startTimers } from '../../bridge/timers.ts';
import { openTemporaryFolder } from '../kit/projects.ts';

test('what runs wrote and what terminals showed goes after 30 days, and what is newer stays', async () => {
  await using folder = await openTemporaryFolder();
  const now = Date.now();
  for (const [part, ending] of [
    ['runs', 'out'],
    ['recordings', 'cast'],
  ] as const) {
    await mkdir(join(folder.path, part));
    for (const [name, ageMs] of [
      ['old', limits.runOutputKeptMs + 60_000],
      ['new', limits.runOutputKeptMs - 60_000],
    ] as const) {
      const file = join(folder.path, part, `${name}.${ending}`);
      await writeFile(file, 'x');
      await utimes(file, (now - ageMs) / 1000, (now - ageMs) / 1000);
    }
  }
  await dropOldFiles(folder.path, now);
  assert.deepEqual(await readdir(join(folder.path, 'runs')), ['new.out']);
  assert.deepEqual(await readdir(join(folder.path, 'recordings')), ['new.cast']);
});

test('a bridge that runs for weeks drops them once a day', () => {
  mock.timers.enable({ apis: ['setInterval'] });
  let dropped = 0;
  const nothing = () => undefined;
  const done = async () => undefined;
  const log = { info: nothing, warn: nothing, error: nothing };
  {
    using _timers = startTimers({
      ...{ rounds: { again: nothing }, projects: { rescan: done, all: () => [] }, clock: { now: () => 0 }, log },
      ...{ announcement: { hasChanged: () => false }, renew: nothing, lookForProjects: done, lookAtJobs: done },
      dropOldFiles: async () => {
        dropped++;
      },
    } as unknown as Parameters<typeof startTimers>[0]);
    mock.timers.tick(3 * limits.runOutputLookMs);
    assert.equal(dropped, 3);
  }
  mock.timers.tick(limits.runOutputLookMs);
  mock.timers.reset();
  assert.equal(dropped, 3);
});
