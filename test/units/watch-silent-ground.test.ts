/** File systems that tell nothing of changes: they are looked for every few seconds, and that is said. */
import assert from 'node:assert/strict';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Machine } from '#contract/machine.ts';
import { silenceOf } from '../../bridge/watch/ground.ts';
import { everyText, steadyMs } from '../../bridge/watch/watch-state.ts';
import { eventually } from '../kit/eventually.ts';
import { makeSmallProject, specText } from '../kit/projects.ts';
import { openWatched } from '../kit/watched.ts';
import { openWorld } from '../kit/world.ts';

const first = 'specs/001-first-light/README.md';

test('without a single event a save is seen within seconds, and the log, the status and the machine say how', async () => {
  await using world = await openWorld();
  const root = await makeSmallProject(join(world.folder, 'shop'));
  const machine = await world.startMachine('laptop', [root], { SALLYPORT_WATCH: 'poll' });
  await writeFile(join(root, first), specText('Seen by looking'));
  await eventually(async () => (await machine.document(first)).title === 'Seen by looking', { timeoutMs: 9000 });

  const said = /^Changes in shop are looked for every few seconds: `--watch poll` says so\.$/;
  assert.match(machine.bridge().errors(), /Changes in shop are looked for every few seconds/);
  const { conditions = [], projects } = await world.call<Machine>('GET', `/v1/machines/${machine.id}`);
  assert.match(conditions[0]?.title ?? '', said);
  assert.equal(conditions[0]?.project, projects[0]?.id);
  const status = JSON.parse(await readFile(join(machine.data, 'status.json'), 'utf8'));
  assert.match(status.conditions[0].title, said);
  assert.equal(status.projects[0].state, 'polled');
});

test('what vanishes without an event is gone within seconds', async () => {
  await using watched = await openWatched(makeSmallProject, { watch: 'poll' });
  assert.equal(watched.state(), 'polled');
  await rm(join(watched.root, first));
  await eventually(() => !watched.has(first), { timeoutMs: 9000 });
});

test('the disks of this machine tell; WSL, NFS, SMB, FUSE and what is not known do not', async () => {
  for (const type of [0xef53, 0x9123683e, 0x01021994, 0x794c7630, 0x58465342, -1859950530])
    assert.equal(silenceOf('linux', type), undefined);
  for (const [type, name] of [
    [0x01021997, 'WSL'],
    [0x6969, 'NFS'],
    [0xfe534d42, 'SMB'],
    [-28095166, 'SMB'],
    [0x65735546, 'FUSE'],
    [0x1234, '0x1234'],
  ] as const)
    assert.match(silenceOf('linux', type) ?? '', new RegExp(name));
  assert.equal(silenceOf('darwin', 0x1a), undefined);
  await using watched = await openWatched(makeSmallProject);
  assert.equal(watched.condition('looked-for'), undefined);
});

test('how often changes are looked for is said as it is, and not anew for each second', () => {
  const said = [5000, 14_999, 15_000, 41_000, 89_000, 90_000, 260_000].map(everyText);
  const few = 'every few seconds';
  const seconds = ['every 20 seconds', 'every 50 seconds', 'every 90 seconds'];
  assert.deepEqual(said, [few, few, ...seconds, 'every 2 minutes', 'every 5 minutes']);
});

test('a period that goes up and down a little is said once, as the longer one', () => {
  const said: number[] = [];
  for (const now of [5000, 16_000, 28_000, 15_000, 19_000, 27_000, 12_000, 5000])
    said.push(steadyMs(said.at(-1) ?? 0, now));
  assert.deepEqual(said, [5000, 16_000, 28_000, 28_000, 28_000, 28_000, 12_000, 5000]);
});
