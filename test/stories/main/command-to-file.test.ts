/** What a person asks for is done to the file, once, and only if the file is what they saw. */
import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import type { CommandRecord } from '#contract/command.ts';
import type { Machine } from '#contract/machine.ts';
import { eventually } from '../../kit/eventually.ts';
import { makeSmallProject, specText } from '../../kit/projects.ts';
import { openWorld } from '../../kit/world.ts';

const first = 'specs/001-first-light/README.md';

test('a status set from afar changes the file and nothing else of it, and its receipts tell the way', async () => {
  await using world = await openWorld();
  const root = await makeSmallProject(join(world.folder, 'shop'));
  const machine = await world.startMachine('laptop', [root]);
  const before = await readFile(join(root, first), 'utf8');
  const { rev } = await machine.document(first);

  const record = await machine.send(
    'spec-metadata-update',
    { project: 'shop', spec: '001', status: 'in-progress' },
    rev,
  );

  assert.equal(record.state, 'done', JSON.stringify(record.problem));
  assert.deepEqual(
    record.receipts.map(({ state }) => state),
    ['queued', 'delivered', 'done'],
  );
  const after = await readFile(join(root, first), 'utf8');
  assert.match(after, /^status: in-progress$/m);
  assert.equal(after.slice(after.indexOf('\n---\n')), before.slice(before.indexOf('\n---\n')));
  await eventually(async () => (await machine.document(first)).meta.status === 'in-progress');
});

test('a task is ticked, blocked with a reason and taken back by the undo of its own answer', async () => {
  await using world = await openWorld();
  const root = await makeSmallProject(join(world.folder, 'shop'));
  const machine = await world.startMachine('laptop', [root]);
  const path = '.spec-workflow/specs/checkout/tasks.md';
  const before = await readFile(join(root, path), 'utf8');
  const { rev } = await machine.document(path);
  const task = { project: 'shop', spec: 'checkout', task: '2' };

  const blocked = await machine.send(
    'task-status-update',
    { ...task, status: 'blocked', reason: 'no key to the till' },
    rev,
  );
  assert.equal(blocked.state, 'done', JSON.stringify(blocked.problem));
  const { rev: now, undo } = blocked.result as { rev: string; undo: { status: string } };
  assert.match(
    await readFile(join(root, path), 'utf8'),
    /- \[~\] 2\. Open the till\n {2}- _Blocked: no key to the till_\n/,
  );

  const back = await machine.send('task-status-update', { ...task, ...undo }, now);
  assert.equal(back.state, 'done', JSON.stringify(back.problem));
  assert.equal(await readFile(join(root, path), 'utf8'), before);
});

test('a file that changed since it was seen is left alone, and the answer carries its rev now (C3)', async () => {
  await using world = await openWorld();
  const root = await makeSmallProject(join(world.folder, 'shop'));
  const machine = await world.startMachine('laptop', [root]);
  const { rev: seen } = await machine.document(first);
  const theirs = specText('Somebody else was here');
  await writeFile(join(root, first), theirs);
  const { rev: now } = await eventually(async () => {
    const document = await machine.document(first);
    return document.rev !== seen && document;
  });

  const record = await machine.send('spec-metadata-update', { project: 'shop', spec: '001', status: 'complete' }, seen);

  assert.equal(record.state, 'conflict');
  assert.equal(record.problem?.currentRev, now);
  assert.equal(await readFile(join(root, first), 'utf8'), theirs);
});

test('two machines with one project stay two views, and a command reaches the machine it was sent to', async () => {
  await using world = await openWorld();
  const [here, there] = [
    await makeSmallProject(join(world.folder, 'a/shop')),
    await makeSmallProject(join(world.folder, 'b/shop')),
  ];
  const laptop = await world.startMachine('laptop', [here]);
  const tower = await world.startMachine('tower', [there]);
  const { rev } = await tower.document(first);

  const record = await tower.send('spec-metadata-update', { project: 'shop', spec: '001', priority: 'critical' }, rev);

  assert.equal(record.state, 'done', JSON.stringify(record.problem));
  await eventually(async () => (await tower.document(first)).meta.priority === 'critical');
  assert.equal((await laptop.document(first)).meta.priority, 'high');
  assert.doesNotMatch(await readFile(join(here, first), 'utf8'), /critical/);
});

test('an offline machine takes no edit, unless it is to be done when it is back (C4)', async () => {
  await using world = await openWorld();
  const root = await makeSmallProject(join(world.folder, 'shop'));
  const machine = await world.startMachine('laptop', [root]);
  const { rev } = await machine.document(first);
  await machine.bridge().end();
  await eventually(async () => (await world.call<Machine>('GET', '/v1/machines/laptop')).status === 'offline');
  const command = {
    kind: 'spec-metadata-update',
    args: { project: 'shop', spec: '001', status: 'in-progress' },
    ifRev: rev,
  };

  const refused = await world.call<{ code: string }>('POST', '/v1/machines/laptop/commands', command, 409);
  assert.equal(refused.code, 'machine-unavailable');
  const { id } = await world.call<CommandRecord>('POST', '/v1/machines/laptop/commands', {
    ...command,
    whenOffline: 'queue',
  });
  await machine.startBridge();

  await eventually(
    async () => (await world.call<CommandRecord>('GET', `/v1/machines/laptop/commands/${id}`)).state === 'done',
  );
  assert.match(await readFile(join(root, first), 'utf8'), /^status: in-progress$/m);
});

test('a bridge killed in mid-command does it once or says that it did not (C7)', async () => {
  await using world = await openWorld();
  const root = await makeSmallProject(join(world.folder, 'shop'));
  const machine = await world.startMachine('laptop', [root]);
  const { rev } = await machine.document(first);
  const args = { project: 'shop', spec: '001', status: 'in-progress' };

  const { id } = await world.call<CommandRecord>('POST', '/v1/machines/laptop/commands', {
    kind: 'spec-metadata-update',
    args,
    ifRev: rev,
  });
  await eventually(async () => (await readFile(join(machine.data, 'journal.jsonl'), 'utf8')).includes(id), {
    everyMs: 1,
  });
  await machine.bridge().end('SIGKILL');
  await machine.startBridge();

  const record = await eventually(async () => {
    const now = await world.call<CommandRecord>('GET', `/v1/machines/laptop/commands/${id}?wait=5`);
    return now.state !== 'delivered' && now.state !== 'queued' && now;
  });
  const text = await readFile(join(root, first), 'utf8');
  const transitions = text.match(/- status: in-progress/g)?.length ?? 0;
  assert.equal(transitions, record.state === 'done' ? 1 : 0, `${record.state}:\n${text}`);
});

test("the machine's policy decides last, and nobody can change it from outside (C8)", async () => {
  await using world = await openWorld();
  const root = await makeSmallProject(join(world.folder, 'shop'));
  const machine = await world.startMachine('laptop', [root]);
  const { rev } = await machine.document(first);
  const policy = { risks: { read: 'allow', write: 'refuse', execute: 'refuse', destroy: 'refuse' } };
  await writeFile(join(machine.data, 'policy.json'), JSON.stringify(policy));
  const before = await readFile(join(root, first), 'utf8');

  const args = { project: 'shop', spec: '001', assignee: 'somebody' };
  const record = await machine.send('spec-metadata-update', args, rev);

  assert.equal(record.state, 'refused');
  assert.equal(record.problem?.code, 'policy-refused');
  assert.equal(await readFile(join(root, first), 'utf8'), before);
});
