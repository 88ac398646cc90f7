/** Web Push from a machine's notice to a device, through a push service of this machine and a relay on each kind of store. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { PushDevice } from '#contract/push.ts';
import { parseConfig } from '../../api/config.ts';
import { startApi } from '../../api/start.ts';
import { createAsk, openApi, type TestApi } from '../kit/api.ts';
import { type BridgeCalls, openBridgeCalls } from '../kit/bridge-calls.ts';
import { eventually } from '../kit/eventually.ts';
import { testNeeding } from '../kit/parts.ts';
import { openTemporaryFolder } from '../kit/projects.ts';
import { createPushDevice, openPushService, type PushTestService, readVapid } from '../kit/push-service.ts';
import { openRedisServer } from '../kit/redis.ts';

const testWithRedis = testNeeding('redis-server');
const stack = new AsyncDisposableStack();
let service: PushTestService;
let world: TestApi;
let bridge: BridgeCalls;

before(async () => {
  service = stack.use(await openPushService());
  world = stack.use(await openApi(['--allow-outbound', service.host]));
  bridge = await openBridgeCalls(world);
});
after(async () => await stack.disposeAsync());

const approval = { topic: 'approval', title: 'Approve the design of sync' };

/** A device of whoever has the key. */
async function subscribe(path: string, ask = world.ask, key?: string) {
  const device = await createPushDevice();
  const body = { endpoint: `${service.url}${path}`, keys: device.keys, name: `Phone ${path}` };
  const { status, json } = await ask<PushDevice>('POST', '/v1/push/devices', { body, ...(key ? { key } : {}) });
  assert.equal(status, 201);
  return { ...device, ...body, id: json.id, path };
}

function receivedBy(path: string) {
  return service.received.filter((message) => message.path === path);
}

test('a device gets the id and topic of a new notice, encrypted and signed, and fetches the notice with it (N4)', async () => {
  const phone = await subscribe('/phone');
  await bridge.putAll([{ path: 'approvals/one.json', text: 'secret words of the document', notice: approval }]);
  const [message] = await eventually(() => receivedBy('/phone').length > 0 && receivedBy('/phone'));
  const payload = JSON.parse(await phone.read(message?.body ?? new Uint8Array()));
  assert.deepEqual(Object.keys(payload), ['id', 'topic']);
  assert.equal(payload.topic, 'approval');
  const { ttl, urgency, authorization = '', 'content-encoding': encoding } = message?.headers ?? {};
  assert.deepEqual([ttl, urgency, encoding], ['86400', 'high', 'aes128gcm']);
  const { key, claims } = await readVapid(authorization);
  const listed = await world.ask<{ key: string; items: PushDevice[] }>('GET', '/v1/push');
  assert.equal(key, listed.json.key);
  assert.equal((claims as { aud: string }).aud, service.url);
  assert.ok(listed.json.items[0]?.lastSentAt);
  assert.ok(!JSON.stringify(listed.json).includes(phone.endpoint));
  const { json } = await world.ask('GET', `/v1/push/notices/${payload.id}`);
  assert.equal(json.title, approval.title);
});

test('a notice is sent once: not when its document changes, not to a device that comes later', async () => {
  const { length } = service.received;
  await subscribe('/late');
  await bridge.putAll([{ path: 'approvals/one.json', text: 'other words', notice: approval }]);
  await bridge.putAll([{ path: 'approvals/two.json', text: 'x', notice: { ...approval, title: 'Second' } }]);
  await eventually(() => receivedBy('/late').length === 1 && receivedBy('/phone').length === 2);
  assert.equal(service.received.length, length + 2);
});

test('a device hears only of the topics that it has chosen', async () => {
  const picky = await subscribe('/picky');
  const body = { topics: ['machine'] };
  assert.equal((await world.ask('PATCH', `/v1/push/devices/${picky.id}`, { body })).status, 200);
  const before = receivedBy('/phone').length;
  await bridge.putAll([{ path: 'approvals/three.json', text: 'x', notice: { ...approval, title: 'Third' } }]);
  await eventually(() => receivedBy('/phone').length === before + 1);
  await bridge.putAll([{ path: 'machine.json', text: 'x', notice: { topic: 'machine', title: 'Away' } }]);
  const [message] = await eventually(() => receivedBy('/picky').length > 0 && receivedBy('/picky'));
  assert.equal(JSON.parse(await picky.read(message?.body ?? new Uint8Array())).topic, 'machine');
});

test('a subscription that its push service has ended is removed', async () => {
  const old = await subscribe('/old');
  service.answerWith(410);
  const { status } = await world.ask('POST', `/v1/push/devices/${old.id}/test`, { body: {} });
  service.answerWith(201);
  assert.equal(status, 404);
  assert.ok(!(await namesOf()).includes(old.name));
});

test('a push service that refuses is shown with its status, and a failing one is tried again', async () => {
  const sick = await subscribe('/sick');
  service.answerWith(503);
  const tested = await world.ask('POST', `/v1/push/devices/${sick.id}/test`, { body: {} });
  service.answerWith(201);
  assert.match(String(tested.json.problem), /503/);
  const again = await world.ask('POST', `/v1/push/devices/${sick.id}/test`, { body: {} });
  assert.equal(again.json.problem, undefined);
});

test('a new subscription takes the place and the choices of the one that it replaces', async () => {
  const first = await subscribe('/first');
  await world.ask('PATCH', `/v1/push/devices/${first.id}`, { body: { topics: ['failed'] } });
  const { keys } = await createPushDevice();
  const body = { endpoint: `${service.url}/second`, keys, name: 'Second', replaces: first.endpoint };
  const { json } = await world.ask('POST', '/v1/push/devices', { body });
  assert.deepEqual(json.topics, ['failed']);
  assert.ok(!(await namesOf()).includes(first.name));
});

test('a device whose key was revoked hears nothing more, and nobody sees or changes the devices of others', async () => {
  const { id, key } = await world.keyWith('read');
  const lost = await subscribe('/lost', world.ask, key);
  assert.equal((await world.ask('DELETE', `/v1/keys/${id}`)).status, 200);
  const before = receivedBy('/phone').length;
  await bridge.putAll([{ path: 'approvals/four.json', text: 'x', notice: { ...approval, title: 'Fourth' } }]);
  await eventually(() => receivedBy('/phone').length === before + 1);
  await eventually(async () => !(await namesOf()).includes(lost.name));
  assert.deepEqual(receivedBy('/lost'), []);
});

test('an endpoint that is no public https address, and a key that is none, are refused when they are given', async () => {
  const { keys } = await createPushDevice();
  for (const endpoint of ['http://push.example/x', 'https://127.0.0.1/x', 'https://[::ffff:10.0.0.1]/', 'nothing']) {
    const { json } = await world.ask('POST', '/v1/push/devices', { body: { endpoint, keys, name: 'x' } });
    assert.equal(json.code, 'outbound-refused', endpoint);
  }
  const noPoint = { ...keys, p256dh: 'A'.repeat(87) };
  const { json } = await world.ask('POST', '/v1/push/devices', {
    body: { endpoint: `${service.url}/x`, keys: noPoint, name: 'x' },
  });
  assert.deepEqual([json.code, json.pointer], ['body-invalid', '/keys/p256dh']);
});

testWithRedis('of two relay processes on one Redis, one sends each notice, by the same key', async () => {
  await using redis = await openRedisServer();
  await using one = await openTemporaryFolder();
  const argv = ['--port', '0', '--data', one.path, '--store', redis.url, '--log-level', 'error'];
  const { config } = parseConfig([...argv, '--allow-outbound', service.host], {});
  await using first = await startApi(config);
  await using other = await openTemporaryFolder();
  await using second = await startApi({ ...config, data: other.path });
  const ask = createAsk(first.url, (await first.ownerKey()).key);
  const { key } = await first.ownerKey();
  const keys = [first, second].map(async ({ url }) => (await createAsk(url, key)('GET', '/v1/push')).json.key);
  assert.equal(await keys[0], await keys[1]);
  await subscribe('/both', ask);
  const calls = await openBridgeCalls({ ask });
  const files = Array.from({ length: 20 }, (_, at) => ({
    path: `approvals/${at}.json`,
    text: 'x',
    notice: { ...approval, title: `Number ${at}` },
  }));
  await calls.putAll(files);
  await eventually(() => receivedBy('/both').length === files.length);
  await calls.putAll([{ path: 'last.json', text: 'x', notice: approval }]);
  await eventually(() => receivedBy('/both').length === files.length + 1);
});

async function namesOf(): Promise<readonly string[]> {
  const { json } = await world.ask<{ items: PushDevice[] }>('GET', '/v1/push');
  return json.items.map(({ name }) => name);
}
