/** A relay that comes back with another clock or another store, one row each: the same machine and the same readers go on, or read why they cannot. */
import assert from 'node:assert/strict';
import { copyFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { clockAhead } from '../kit/clock.ts';
import { openStream } from '../kit/event-stream.ts';
import { eventually } from '../kit/eventually.ts';
import { makeSmallProject, specText } from '../kit/projects.ts';
import { runProgram } from '../kit/run-program.ts';
import { type MachineInWorld, openWorld, type World } from '../kit/world.ts';

const first = 'specs/001-first-light/README.md';
const hour = 3_600_000;
const env: Record<string, string> = {};
let world: World;
let machine: MachineInWorld;
let root = '';

before(async () => {
  world = await openWorld({ env, kind: 'sqlite' });
  root = await makeSmallProject(join(world.folder, 'shop'));
  machine = await world.startMachine('laptop', [root]);
});
after(async () => await world[Symbol.asyncDispose]());

const relayData = () => join(world.folder, 'relay');
const store = () => join(relayData(), 'relay.sqlite');
const copy = () => join(world.folder, 'copy.sqlite');

/** Saves a title as an editor does, and waits until people read it. */
async function save(title: string): Promise<void> {
  await writeFile(join(root, first), specText(title));
  await eventually(async () => (await machine.document(first)).title === title);
}

async function edit(priority: string): Promise<void> {
  const { rev } = await machine.document(first);
  const { state, problem } = await machine.send(
    'spec-metadata-update',
    { project: 'shop', spec: '001', priority },
    rev,
  );
  assert.equal(state, 'done', JSON.stringify(problem));
}

const clocks = [
  ['3 hours ahead', 3 * hour],
  ['right again, 3 hours back', 0],
  ['30 days ahead', 30 * 24 * hour],
  ['right again, 30 days back', 0],
] as const;

for (const [what, ms] of clocks)
  test(`a relay whose clock is ${what} after a restart goes on: no save is missed, no command lost, no key is over`, async () => {
    await edit('low');
    await using reader = await openStream(world.url, world.key);
    const feeds = reader.feeds();
    for (const name of Object.keys(env)) delete env[name];
    Object.assign(env, clockAhead(ms));
    await world.restartApi();
    await save(`Saved while the clock is ${what}`);
    await edit('high');
    await using again = await openStream(world.url, world.key, feeds);
    await eventually(() => JSON.stringify(again.events).includes(`Saved while the clock is ${what}`));
    assert.ok(!again.controls.some(({ type }) => type === 'reset'), 'the reader goes on where it was');
  });

test('a relay whose store was emptied says so and what to do; one of before, put back as the docs say, goes on: the machine uploads what is missing', async () => {
  await save('In the copy');
  await world.restartApi('SIGTERM', async () => await copyFile(store(), copy()));
  await save('Not in the copy');
  await edit('critical');
  await assert.rejects(
    world.restartApi('SIGTERM', removeStore),
    /The store is empty, but \S+owner-key is of a relay with accounts\. .* or restore a backup\./,
  );
  await world.restartApi('SIGTERM', async () => {
    await removeStore();
    await copyFile(copy(), store());
    const { code, stderr } = await runProgram('api/main.ts', ['rehandle', '--data', relayData()], {}, world.folder);
    assert.equal(code, 0, stderr);
  });
  await eventually(async () => (await machine.document(first)).meta.priority === 'critical');
  await edit('low');
  assert.equal(machine.bridge().child.exitCode, null);
});

test('a copy of the store that is put back without a word: a machine where nothing happens uploads what is missing, and readers begin anew (B13)', async () => {
  await save('In the second copy');
  await world.restartApi('SIGTERM', async () => await copyFile(store(), copy()));
  await save('After the second copy');
  const { feeds } = await openedAndLeft();
  await world.restartApi('SIGTERM', async () => {
    await removeStore();
    await copyFile(copy(), store());
  });
  await eventually(async () => (await machine.document(first)).title === 'After the second copy');
  await edit('medium');
  await using again = await openStream(world.url, world.key, feeds);
  await eventually(() => again.controls.some(({ type }) => type === 'reset'));
});

/** Where a reader is who looked just now. */
async function openedAndLeft() {
  await using reader = await openStream(world.url, world.key);
  return { feeds: reader.feeds() };
}

async function removeStore(): Promise<void> {
  for (const more of ['', '-wal', '-shm']) await rm(`${store()}${more}`, { force: true });
}
