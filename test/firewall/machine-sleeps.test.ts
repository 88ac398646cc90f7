/** A laptop that sleeps: its process stands still, and its sockets are of yesterday. */
import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { limits } from '#contract/limits.ts';
import { revOf } from '../../bridge/files/rev.ts';
import { openApi } from '../kit/api.ts';
import { eventually } from '../kit/eventually.ts';
import { startProgram } from '../kit/process.ts';
import { makeSmallProject, openTemporaryFolder, specText } from '../kit/projects.ts';

test('after a sleep the bridge connects anew at once, and tells what was saved meanwhile', {
  skip: process.platform === 'win32',
}, async () => {
  await using folder = await openTemporaryFolder();
  await using relay = await openApi();
  const root = await makeSmallProject(join(folder.path, 'shop'));
  const { id, key } = await relay.api.createMachine('laptop');
  const args = ['run', '--url', relay.url, '--key', key, '--data', join(folder.path, 'data'), '--json', root];
  await using bridge = startProgram('bridge/main.ts', args);
  await bridge.line(({ event }) => event === 'synced');

  bridge.child.kill('SIGSTOP');
  const asleepSince = Date.now();
  await writeFile(join(root, 'specs/001-first-light/README.md'), specText('Saved asleep'));
  await eventually(() => Date.now() - asleepSince > limits.tickMs + limits.tickLateMs + 1000, { timeoutMs: 20_000 });
  bridge.child.kill('SIGCONT');

  const wokeAt = performance.now();
  await bridge.line(({ event, epoch }) => event === 'connected' && epoch === 2);
  assert.ok(performance.now() - wokeAt < limits.tickMs + 2000);
  assert.match(bridge.errors(), /this machine slept for \d+ s; reconnecting/);
  const listed = `/v1/machines/${id}/documents?q=asleep`;
  await eventually(async () => (await relay.ask<{ items: unknown[] }>('GET', listed)).json.items.length === 1);
});

test('a command that is sent to a machine asleep is done when it wakes, and one that expires meanwhile is expired, not unknown (B18)', {
  skip: process.platform === 'win32',
}, async () => {
  await using folder = await openTemporaryFolder();
  await using relay = await openApi();
  const root = await makeSmallProject(join(folder.path, 'shop'));
  const { id, key } = await relay.api.createMachine('laptop');
  const args = ['run', '--url', relay.url, '--key', key, '--data', join(folder.path, 'data'), '--json', root];
  await using bridge = startProgram('bridge/main.ts', args);
  await bridge.line(({ event }) => event === 'synced');
  const read = (spec: string) => readFile(join(root, `specs/${spec}/README.md`), 'utf8');
  const send = async (spec: string, expiresInSeconds: number) => {
    const ifRev = revOf(Buffer.from(await read(spec)));
    const wish = { kind: 'spec-metadata-update', args: { project: 'shop', spec, priority: 'critical' }, ifRev };
    const path = `/v1/machines/${id}/commands`;
    return (await relay.ask<{ id: string }>('POST', path, { body: { ...wish, expiresInSeconds } })).json.id;
  };

  bridge.child.kill('SIGSTOP');
  const asleepSince = Date.now();
  const sent = [await send('001-first-light', 60), await send('002-second-wind', 3)];
  await eventually(() => Date.now() - asleepSince > limits.tickMs + limits.tickLateMs + 1000, { timeoutMs: 20_000 });
  bridge.child.kill('SIGCONT');

  const stateOf = async (command: string) =>
    (await relay.ask<{ state: string }>('GET', `/v1/machines/laptop/commands/${command}`)).json.state;
  await eventually(async () => {
    const states = (await Promise.all(sent.map(stateOf))).join();
    return states === 'done,expired' || Promise.reject(new Error(states));
  });
  assert.match(await read('001-first-light'), /critical/);
  assert.doesNotMatch(await read('002-second-wind'), /critical/);
});
