/** A machine whose key was copied or lost: an admin replaces it, and nothing of the machine is lost. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { readKeyFile } from '../../../bridge/data/data-folder.ts';
import { openMachineKey } from '../../../scripts/machine-key.ts';
import { openApi } from '../../kit/api.ts';
import { connectRequest, openBridgeCalls } from '../../kit/bridge-calls.ts';
import { startProgram } from '../../kit/process.ts';
import { makeSmallProject, openTemporaryFolder } from '../../kit/projects.ts';

const instance = (folder: string) => ({ instance: { folder, run: 1, nonce: `process-of-${folder}` }, attempt: 1 });

test("an admin replaces a machine's key: every copy of the old one ends, the documents stay, and the new one is let in at once (B20)", async () => {
  await using relay = await openApi();
  const honest = await openBridgeCalls(relay);
  await honest.put('specs/001-kept/README.md', '# Kept\n');
  const thief = { ...connectRequest('thief'), ...instance('folder-of-thief') };
  const held = honest.poll();
  const replaced = await relay.ask<{ machine: { id: string }; key: string }>(
    'POST',
    `/v1/machines/${honest.machine}/key`,
  );
  assert.equal(replaced.status, 201);
  assert.equal(replaced.json.machine.id, honest.machine);
  assert.equal((await held).status, 401, 'what the old key holds ends');
  const stolen = await relay.ask<{ code: string }>('POST', '/v1/bridge/connect', { key: honest.key, body: thief });
  assert.deepEqual([stolen.status, stolen.json.code], [401, 'key-revoked']);
  const body = { ...connectRequest('laptop'), ...instance('folder-of-laptop') };
  assert.equal((await relay.ask('POST', '/v1/bridge/connect', { key: replaced.json.key, body })).status, 200);
  const { json } = await relay.ask<{ items: unknown[] }>('GET', `/v1/machines/${honest.machine}/documents`);
  assert.equal(json.items.length, 1);
});

test('a thief who holds the machine when its key is replaced does not stand in the way of the honest bridge', async () => {
  await using relay = await openApi();
  const { id, key } = await relay.api.createMachine('laptop');
  const connect = (by: string, folder: string) =>
    relay.ask<{ code?: string }>('POST', '/v1/bridge/connect', {
      key: by,
      body: { ...connectRequest('laptop'), ...instance(folder) },
    });
  assert.equal((await connect(key, 'folder-of-thief')).status, 200);
  assert.equal((await connect(key, 'folder-of-laptop')).json.code, 'machine-in-use');
  const { json } = await relay.ask<{ key: string }>('POST', `/v1/machines/${id}/key`);
  assert.equal((await connect(json.key, 'folder-of-laptop')).status, 200);
  const machine = await relay.ask<{ status: string; conditions?: unknown }>('GET', `/v1/machines/${id}`);
  assert.deepEqual([machine.json.status, machine.json.conditions], ['online', undefined]);
});

test('sallyport login --replace: who approves sees whose key it is, and the machine goes on as itself', async () => {
  await using folder = await openTemporaryFolder();
  await using relay = await openApi();
  const data = join(folder.path, 'data');
  const project = await makeSmallProject(join(folder.path, 'shop'));
  const { id, key } = await relay.api.createMachine('laptop');
  const run = () => startProgram('bridge/main.ts', ['run', '--data', data, '--json', project]);
  {
    await using first = startProgram('bridge/main.ts', [
      'run',
      '--url',
      relay.url,
      '--key',
      key,
      '--data',
      data,
      '--json',
      project,
    ]);
    await first.line(({ event }) => event === 'synced');
    await first.end();
  }
  await using login = startProgram('bridge/main.ts', ['login', relay.url, '--replace', '--data', data, '--json']);
  const { code } = await login.line(({ event }) => event === 'code');
  const look = await relay.ask<{ replaces?: object }>('POST', '/v1/device-codes/look', { body: { code } });
  assert.deepEqual(look.json.replaces, { id, name: 'laptop' });
  await relay.ask('POST', '/v1/device-codes/decide', { body: { code, decision: 'approve' } });
  await login.line(({ event }) => event === 'signed-in');
  const stolen = await relay.ask<{ code: string }>('POST', '/v1/bridge/bye', { key, body: { epoch: 1 } });
  assert.equal(stolen.json.code, 'key-revoked');
  await using again = run();
  assert.equal((await again.line(({ event }) => event === 'connected')).machine, id);
  await again.end();
  assert.equal((await relay.ask<{ items: unknown[] }>('GET', '/v1/machines')).json.items.length, 1);
});

test('npm start after its machine’s key was replaced: the machine has a key again that works', async () => {
  await using folder = await openTemporaryFolder();
  await using relay = await openApi();
  const open = async () => {
    const machine = await openMachineKey(folder.path, relay.api, 'laptop');
    return { ...machine, ...readKeyFile(machine.keyFile) };
  };
  const before = await open();
  assert.equal(before.relayKey, relay.api.relayKey);
  assert.equal((await open()).key, before.key, 'a key that works stays');
  await relay.ask('POST', `/v1/machines/${before.id}/key`);
  const after = await open();
  assert.deepEqual([after.id, after.relayKey], [before.id, relay.api.relayKey]);
  const body = connectRequest('laptop');
  assert.equal((await relay.ask('POST', '/v1/bridge/connect', { key: after.key, body })).status, 200);
});
