/** A relay that comes back with another clock or another store, one row each: the same machine and the same readers go on, or read why they cannot. */
import assert from 'node:assert/strict';
import { copyFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, before, test } from 'node:test';
import type { Machine } from '#contract/machine.ts';
import { calls } from '#contract/paths.ts';
import { RECORD } from '../../api/relay/rows.ts';
import { channelShard, machineShard } from '../../api/store/shards.ts';
import { shardedTables } from '../../api/store/sqlite/schema.ts';
import { findPtys } from '../../bridge/keeper/pty.ts';
import { clockAhead } from '../kit/clock.ts';
import { openStream } from '../kit/event-stream.ts';
import { eventually } from '../kit/eventually.ts';
import { needs } from '../kit/parts.ts';
import { writePolicy } from '../kit/policy.ts';
import { cleanEnvironment } from '../kit/process.ts';
import { makeSmallProject, specText } from '../kit/projects.ts';
import { runProgram } from '../kit/run-program.ts';
import { Visitor } from '../kit/visitor.ts';
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
  const data = join(world.folder, 'bridge-laptop');
  await writePolicy(data, { kinds: { 'terminal-open': 'allow' } });
  machine = await world.startMachine('laptop', [root], { SHELL: '/bin/sh' });
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

/** Clocks of a relay whose Redis has the right one, and what its log says. */
const clocksBesideRedis = [
  [-3 * hour, '3 hours behind'],
  [3 * hour, '3 hours ahead of'],
  [30 * 24 * hour, '30 days ahead of'],
] as const;

test('a relay on Redis goes by the clock of Redis, whatever its own says, and its log says how far that is off', {
  skip: needs('redis-server'),
}, async () => {
  const own: Record<string, string> = {};
  await using beside = await openWorld({ env: own, kind: 'redis' });
  const shop = await makeSmallProject(join(beside.folder, 'shop'));
  const laptop = await beside.startMachine('laptop', [shop]);
  for (const [ms, far] of clocksBesideRedis) {
    Object.assign(own, clockAhead(ms));
    await beside.restartApi();
    await writeFile(join(shop, first), specText(`Saved ${far}`));
    await eventually(async () => (await laptop.document(first)).title === `Saved ${far}`);
    const { rev } = await laptop.document(first);
    const args = { project: 'shop', spec: '001', priority: 'critical' };
    const { state, receipts } = await laptop.send('spec-metadata-update', args, rev);
    assert.equal(state, 'done', far);
    for (const { at } of receipts) assert.ok(Math.abs(Date.parse(at) - Date.now()) < 60_000, `${far}: ${at}`);
    const { conditions } = await beside.call<Machine>('GET', `/v1/machines/${laptop.id}`);
    assert.deepEqual(conditions ?? [], [], `${far}: nothing is wrong with the machine's clock`);
    const token = (await beside.signInLink()).split('/').at(-1);
    await beside.call('POST', calls.sessionCreate.path, { token });
    const log = beside.relay.programs()[0]?.errors() ?? '';
    assert.match(log, new RegExp(`The clock of this machine is ${far} that of Redis`), far);
  }
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

/** What the relay lost while a terminal was open: what is done to its store while it stands still. */
const terminalLosses = [
  [
    'the store of before is put back',
    async () => {
      await removeStore();
      await copyFile(copy(), store());
    },
  ],
  [
    'its channel is emptied, and of its machine all but that it exists',
    async (terminal: string) => {
      using database = new DatabaseSync(store());
      for (const table of shardedTables)
        for (const shard of [channelShard(terminal), machineShard(machine.id)]) {
          const kept = table === 'rows' ? ` AND NOT (name = '${RECORD.table}' AND key = '${RECORD.key}')` : '';
          database.prepare(`DELETE FROM ${table} WHERE shard = ?${kept}`).run(shard);
        }
    },
  ],
] as const;

for (const [what, lose] of terminalLosses)
  test(`a terminal goes on where ${what}: who reads it is given one screen, and each key is typed once`, async () => {
    const args = { project: 'shop', cols: 80, rows: 24, argv: ['sh', '-c', 'stty -echo; cat'] };
    const { result, problem } = await machine.send('terminal-open', args);
    assert.equal(problem, undefined);
    const { terminal } = result as { terminal: string };
    const reader = new Visitor(world.call, terminal, 'reader');
    const typist = new Visitor(world.call, terminal, 'typist');
    await typist.type('n0.\r');
    await reader.until('n0.');
    const attached = await attachHere(terminal);
    await attached.sees('n0.');
    attached.pty.write('a0.\r');
    await reader.until('a0.');
    await world.restartApi('SIGTERM', async () => await copyFile(store(), copy()));
    for (const key of ['n1.\r', 'n2.\r']) await typist.type(key);
    await reader.until('n2.');
    attached.pty.write('a1.\r');
    await reader.until('a1.');
    const { screens } = reader;
    await world.restartApi('SIGTERM', () => lose(terminal));
    // The relay has forgotten whom it heard last: an app begins anew. What is typed before the machine is heard again may be lost.
    const again = new Visitor(world.call, terminal, 'typist-again');
    let tries = 0;
    await eventually(
      async () => {
        tries += 1;
        await again.type('p.\r');
        await reader.read(1);
        return reader.seen.includes('p.');
      },
      { timeoutMs: 60_000 },
    );
    for (const key of ['n3.\r', 'n4.\r']) await again.type(key);
    await reader.until('n4.');
    // It has a number behind the one that the relay expects.
    attached.pty.write('a2.\r');
    await reader.until('a2.');
    await attached.sees('a2.');
    attached.pty.write('~.');
    assert.equal(await attached.ended, 0);
    assert.deepEqual(reader.seen.match(/n\d\./g), ['n0.', 'n1.', 'n2.', 'n3.', 'n4.']);
    assert.ok((reader.seen.match(/p\./g) ?? []).length <= tries);
    // The one that the relay still has, and that of the machine.
    assert.ok(reader.screens - screens <= 2, `${reader.screens - screens} screens`);
  });

/** Where a reader is who looked just now. */
async function openedAndLeft() {
  await using reader = await openStream(world.url, world.key);
  return { feeds: reader.feeds() };
}

/** The command line in a terminal of its own. */
async function attachHere(terminal: string) {
  const ptys = await findPtys();
  assert.ok('open' in ptys);
  let shown = '';
  const { promise: ended, resolve } = Promise.withResolvers<number>();
  const pty = ptys.open({
    ...{ file: process.execPath, args: ['bridge/main.ts', 'attach', terminal], cwd: process.cwd() },
    ...{ env: { ...cleanEnvironment(), SALLYPORT_URL: world.url, SALLYPORT_API_KEY: world.key }, cols: 80, rows: 24 },
    ...{ onData: (bytes) => (shown += bytes.toString('utf8')), onExit: resolve },
  });
  const sees = (text: string) =>
    eventually(() => shown.includes(text) || Promise.reject(new Error(shown.slice(-300))), { timeoutMs: 30_000 });
  return { pty, ended, sees };
}

async function removeStore(): Promise<void> {
  for (const more of ['', '-wal', '-shm']) await rm(`${store()}${more}`, { force: true });
}
