/** How many tasks of a spec were done over time is counted by the machine and kept at the relay: by edits in the files, while the bridge was away, and when a spec is archived. */
import assert from 'node:assert/strict';
import { mkdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import type { RecordItem } from '#contract/record.ts';
import type { ProgressPoint } from '#contract/records/progress.ts';
import { eventually } from '../kit/eventually.ts';
import { writeFiles } from '../kit/projects.ts';
import { openWorld } from '../kit/world.ts';

const base = '.spec-workflow/specs/checkout';
const path = `${base}/tasks.md`;
const tasks = (...done: readonly boolean[]) =>
  done.map((isDone, at) => `- [${isDone ? 'x' : ' '}] ${at + 1}. Step ${at + 1}\n`).join('');

test('progress is counted from when it was first seen, and nothing of it is lost by a restart or an archive', async () => {
  await using world = await openWorld();
  const root = join(world.folder, 'shop');
  await writeFiles(root, { [path]: tasks(true, false, false) });
  const machine = await world.startMachine('laptop', [root]);
  const told = async (state: string, ...last: readonly number[]) =>
    await eventually(async () => {
      const { items } = await world.call<{ items: RecordItem[] }>('GET', '/v1/machines/laptop/records?kind=progress');
      const points = (items[0]?.meta.points ?? []) as ProgressPoint[];
      assert.deepEqual([items.length, items[0]?.state, points.at(-1)?.slice(1)], [1, state, last]);
      return { title: items[0]?.title, points };
    });
  const { title, points } = await told('counted', 3, 1);
  assert.deepEqual([title, points.length], ['checkout', 1]);

  await writeFiles(root, { [path]: tasks(true, true, false) });
  await told('counted', 3, 2);
  // A text that says nothing of the tasks is no point.
  await writeFiles(root, { [path]: `# Tasks\n\n${tasks(true, true, false)}` });

  await machine.bridge().end();
  await writeFiles(root, { [path]: tasks(true, true, true, false) });
  await machine.startBridge();
  // Two changes in one hour are one point; the first, which all is counted from, stays.
  assert.deepEqual((await told('counted', 4, 3)).points.slice(0, 1), points);

  await mkdir(join(root, '.spec-workflow/archive/specs'), { recursive: true });
  await rename(join(root, base), join(root, '.spec-workflow/archive/specs/checkout'));
  await told('ended', 3, 3);
  await rename(join(root, '.spec-workflow/archive/specs/checkout'), join(root, base));
  await told('counted', 4, 3);
});
