/** Neighbours of another age: what the programs of the first edition (bundled in `test/fixtures`) and this release make of each other. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { test } from 'node:test';
import { manifestLine } from '#contract/delta.ts';
import type { Machine } from '#contract/machine.ts';
import { openApi } from '../kit/api.ts';
import { connectRequest, testProject } from '../kit/bridge-calls.ts';
import { eventually } from '../kit/eventually.ts';
import { startProgram } from '../kit/process.ts';
import { makeSmallProject, openTemporaryFolder } from '../kit/projects.ts';

const first = 'test/fixtures/0.1.0';

test('a bridge of the first edition stops at this relay with its own sentence, and does not ask again (E10)', async () => {
  await using folder = await openTemporaryFolder();
  await using api = await openApi();
  const { json } = await api.ask<{ key: string }>('POST', '/v1/machines', { body: { name: 'laptop' } });
  const root = await makeSmallProject(join(folder.path, 'shop'));
  const args = ['run', '--url', api.url, '--key', json.key, '--data', join(folder.path, 'bridge'), '--json', root];
  await using bridge = startProgram(`${first}/bridge.mjs`, args);
  await eventually(() => bridge.child.exitCode !== null, { timeoutMs: 30_000 });
  assert.equal(bridge.child.exitCode, 6, bridge.errors());
  assert.match(bridge.errors(), /0\.2\.0/);
});

test('a bridge of this release says of a relay of the first edition what is wrong, and waits for a newer one (E10)', async () => {
  await using folder = await openTemporaryFolder();
  await using relay = startProgram(`${first}/relay.mjs`, [
    '--data',
    join(folder.path, 'relay'),
    '--port',
    '0',
    '--json',
  ]);
  const { url, apiKey } = await relay.line((line) => typeof line.url === 'string', 30_000);
  const headers = { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' };
  const body = JSON.stringify({ name: 'laptop' });
  const made = await fetch(new URL('/v1/machines', String(url)), { method: 'POST', headers, body });
  const { key } = (await made.json()) as { key: string };
  const root = await makeSmallProject(join(folder.path, 'shop'));
  const args = ['run', '--url', String(url), '--key', key, '--data', join(folder.path, 'bridge'), root];
  await using bridge = startProgram('bridge/main.ts', args);
  await eventually(() => /first edition/.test(bridge.errors()), { timeoutMs: 30_000 });
  assert.equal(bridge.child.exitCode, null);
});

test('a relay goes on with the data folder of the first edition: machines, documents and the owner’s key', async () => {
  await using folder = await openTemporaryFolder();
  const data = join(folder.path, 'relay');
  const old = startProgram(`${first}/relay.mjs`, ['--data', data, '--port', '0', '--json']);
  const before = await old.line((line) => typeof line.url === 'string', 30_000);
  const headers = { authorization: `Bearer ${before.apiKey}`, 'content-type': 'application/json' };
  const body = JSON.stringify({ name: 'laptop' });
  await fetch(new URL('/v1/machines', String(before.url)), { method: 'POST', headers, body });
  await old.end('SIGTERM');

  await using relay = startProgram('api/main.ts', ['--data', data, '--port', '0', '--json']);
  const { url, apiKey } = await relay.line((line) => typeof line.url === 'string', 30_000);
  assert.equal(apiKey, before.apiKey);
  const read = async (path: string) => (await fetch(new URL(path, String(url)), { headers })).json();
  const { items } = (await read('/v1/feeds/o/snapshot')) as { items: { item: string; value: Machine }[] };
  assert.deepEqual(
    items.map(({ item, value }) => [item, value.name]),
    [['machine', 'laptop']],
  );
  // What the first edition had told in its own way is nobody's event now.
  const { events } = (await read('/v1/feeds/o/events?offset=-1')) as { events: unknown[] };
  assert.deepEqual(events, []);
});

test('a newer bridge, with fields, formats and kinds that this relay does not know, is heard like any other (E11)', async () => {
  await using api = await openApi();
  const { json } = await api.ask<{ key: string; machine: { id: string } }>('POST', '/v1/machines', {
    body: { name: 'laptop' },
  });
  const { key, machine } = json;
  const announced = {
    ...connectRequest('laptop'),
    version: '9.0.0',
    capabilities: { telepathy: 1 },
    projects: [{ id: testProject, name: 'One', formats: ['lean-spec', 'mind-map'], mood: 'calm' }],
    kinds: ['spec-archive', 'dream-read'],
  };
  const connected = await api.ask<{ epoch: number }>('POST', '/v1/bridge/connect', { key, body: announced });
  assert.equal(connected.status, 200, JSON.stringify(connected.json));
  const rev = createHash('sha256').update('# One').digest('hex');
  const document = { project: testProject, path: 'maps/one.mind', kind: 'mind-map', rev, size: 5, mtime: 1, meta: {} };
  const ops = JSON.stringify([{ op: 'put', document: { ...document, aura: 'blue' }, describe: 1, text: '# One' }]);
  const digest = createHash('sha256').update(ops).digest('hex');
  const manifestDigest = createHash('sha256')
    .update(manifestLine([testProject, document.path, rev, 1]))
    .digest('hex');
  const envelope = { epoch: connected.json.epoch, seq: 1, digest, manifestDigest, weather: 'fine' };
  const raw = `${JSON.stringify(envelope)}\n${ops}\n`;
  const headers = { 'content-type': 'application/x-ndjson' };
  const taken = await api.ask('POST', '/v1/bridge/ingest', { key, headers, raw });
  assert.equal(taken.status, 200, JSON.stringify(taken.json));
  const poll = { epoch: connected.json.epoch, after: 0, holding: [], waitSeconds: 0, dreaming: true };
  assert.equal((await api.ask('POST', '/v1/bridge/poll', { key, body: poll })).status, 200);

  const base = `/v1/machines/${machine.id}`;
  const documents = await api.ask<{ items: { kind: string }[] }>('GET', `${base}/documents?kind=mind-map`);
  assert.deepEqual(
    documents.json.items.map(({ kind }) => kind),
    ['mind-map'],
  );
  assert.deepEqual((await api.ask<Machine>('GET', base)).json.projects[0]?.formats, ['lean-spec', 'mind-map']);
  const person = { kind: 'project-info', args: { project: testProject }, mood: 'calm' };
  assert.equal((await api.ask('POST', `${base}/queries`, { body: person })).status, 400, 'people are told of a slip');
});
