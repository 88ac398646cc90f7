/** The disk where a bridge keeps its data is full: people read that there is no space, nothing is lost, and it goes on by itself. */
import assert from 'node:assert/strict';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import type { CommandRecord } from '#contract/command.ts';
import { revOf } from '../../../bridge/files/rev.ts';
import { openApi } from '../../kit/api.ts';
import { openBridge } from '../../kit/bridge.ts';
import { eventually } from '../../kit/eventually.ts';
import { startProgram } from '../../kit/process.ts';
import { makeSmallProject, openTemporaryFolder, writeFiles } from '../../kit/projects.ts';
import { openSmallDisk, smallDiskMissing } from '../../kit/small-disk.ts';

const first = 'specs/001-first-light/README.md';

test('a command for a machine whose disk is full has failed for want of space, with its receipt, and the next one is done once there is space', {
  skip: smallDiskMissing,
}, async () => {
  await using disk = await openSmallDisk(1024);
  await using relay = await openApi();
  await using machine = await openBridge(relay, { data: join(disk.path, 'data') });
  await machine.event('synced');
  let sent = 0;
  /** One edit; its file has changed if and only if it is done. */
  const edit = async () => {
    const before = await readFile(join(machine.root, first), 'utf8');
    const args = { project: 'shop', spec: '001', priority: before.includes('critical') ? 'low' : 'critical' };
    const body = { kind: 'spec-metadata-update', args, ifRev: revOf(Buffer.from(before)) };
    sent += 1;
    const path = `/v1/machines/${machine.machine}/commands?wait=20`;
    const { json } = await relay.ask<CommandRecord>('POST', path, { body });
    assert.equal((await readFile(join(machine.root, first), 'utf8')) !== before, json.state === 'done', json.state);
    return `${json.state} ${json.problem?.code ?? ''}`.trim();
  };
  assert.equal(await edit(), 'done');
  await disk.fill();
  const outcomes = new Set<string>();
  // What is left of a block takes a few lines yet.
  while (!outcomes.has('failed no-space') && sent < 60) outcomes.add(await edit());
  assert.deepEqual([...outcomes].sort(), ['done', 'failed no-space']);
  await disk.free();
  assert.equal(await edit(), 'done');
  assert.doesNotMatch(machine.log(), /connection failed|interrupted/);
});

test('a bridge that cannot start for want of space says so in a sentence, with what to do', {
  skip: smallDiskMissing,
}, async () => {
  await using folder = await openTemporaryFolder();
  await using disk = await openSmallDisk(64);
  await using relay = await openApi();
  const root = await makeSmallProject(join(folder.path, 'shop'));
  const { key } = await relay.api.createMachine('laptop');
  await disk.fill();
  const args = ['run', '--url', relay.url, '--key', key, '--data', join(disk.path, 'data'), '--json', root];
  await using bridge = startProgram('bridge/main.ts', args);
  await new Promise((done) => bridge.child.once('exit', done));
  assert.match(
    bridge.errors(),
    /^There is no space left on the disk\. Free some space where the bridge keeps its data .*\n$/,
  );
  assert.equal(bridge.child.exitCode, 1);
});

test('a machine whose own audit log cannot be written says so for as long as it lasts', async () => {
  await using folder = await openTemporaryFolder();
  await writeFiles(folder.path, { 'data/audit.jsonl/in-the-way': 'x' });
  await using relay = await openApi();
  await using machine = await openBridge(relay, { data: join(folder.path, 'data') });
  await machine.event('synced');
  const body = { kind: 'project-info', args: { project: 'shop' } };
  assert.equal((await relay.ask('POST', `/v1/machines/${machine.machine}/queries`, { body })).status, 200);
  const said = /Could not write the machine's audit log: .*EISDIR/;
  const status = async () => await readFile(join(folder.path, 'data/status.json'), 'utf8');
  await eventually(async () => said.test(await status()));
  assert.match(machine.log(), said);
  await rm(join(folder.path, 'data/audit.jsonl'), { recursive: true });
  await eventually(async () => !said.test(await status()));
});
