/** A network that cuts what is held too long. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openApi } from '../kit/api.ts';
import { openBridge } from '../kit/bridge.ts';
import { eventually } from '../kit/eventually.ts';
import { openMeddler } from '../kit/meddler.ts';

test('a network that cuts polls after 6 s is asked for shorter ones, and the link stays up', async () => {
  await using relay = await openApi();
  await using box = await openMeddler(relay.url, ({ path }) =>
    path.startsWith('/v1/bridge/poll') ? { cutAfterMs: 6000 } : undefined,
  );
  await using machine = await openBridge(relay, { through: box.url });
  await machine.event('synced');
  const polls = await eventually(
    () => {
      const asked = box.met.filter(({ path }) => path.startsWith('/v1/bridge/poll'));
      return asked.length >= 3 && asked.map(({ body }) => Number(JSON.parse(body.toString()).waitSeconds));
    },
    { timeoutMs: 30_000 },
  );
  assert.ok((polls[0] ?? 0) > 20, `the first asks for ${polls[0]} s`);
  assert.ok((polls[1] ?? 99) <= 5, `the second asks for ${polls[1]} s`);
  assert.match(machine.log(), /the network cut a held request after 6 s/);
  assert.equal(machine.bridge.status().state, 'live');
  assert.equal(machine.events.filter(({ event }) => event === 'connected').length, 1);
});

test('a command reaches a machine whose polls are cut again and again', async () => {
  await using relay = await openApi();
  await using box = await openMeddler(relay.url, ({ path }) =>
    path.startsWith('/v1/bridge/poll') ? { cutAfterMs: 300 } : undefined,
  );
  await using machine = await openBridge(relay, { through: box.url });
  await machine.event('synced');
  const { json } = await relay.ask<{ state: string }>('POST', `/v1/machines/${machine.machine}/commands?wait=20`, {
    body: { kind: 'spec-archive', args: { project: 'shop', spec: '001' }, ifRev: 'a'.repeat(64) },
  });
  assert.equal(json.state, 'conflict', JSON.stringify(json));
  const asked = await relay.ask('POST', `/v1/machines/${machine.machine}/queries`, {
    body: { kind: 'project-info', args: { project: 'shop' } },
  });
  assert.equal(asked.status, 200, JSON.stringify(asked.json));
});
