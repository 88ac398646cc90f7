/** A bridge in each weather: its project goes up, a save arrives, a command is done once, and no change is told twice. */
import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { feedOfMachine } from '#contract/feed-name.ts';
import { createClient } from '../../bridge/net/client.ts';
import { openApi, type TestApi } from '../kit/api.ts';
import { openBridge, type TestBridge } from '../kit/bridge.ts';
import { eventually } from '../kit/eventually.ts';
import { openMeddler } from '../kit/meddler.ts';
import { specText } from '../kit/projects.ts';
import { openWeather, type WeatherName, weathers } from '../kit/weather.ts';

const first = 'specs/001-first-light/README.md';

test('in each network a project goes up, a save arrives, a command is done once, and no change is told twice', {
  concurrency: true,
}, async (t) => {
  const all = (Object.keys(weathers) as WeatherName[]).map((name) =>
    t.test(name, async (one) => {
      await using relay = await openApi();
      await using gateway = await openWeather(relay.url, name);
      const began = performance.now();
      await using machine = await openBridge(relay, { through: gateway.url });
      await machine.event('synced', 60_000);
      const syncedMs = performance.now() - began;
      const saved = performance.now();
      await writeFile(join(machine.root, first), specText('Second light', { status: 'planned' }));
      await eventually(async () => (await machine.documents()).get(first)?.title === 'Second light', {
        timeoutMs: 30_000,
      });
      const seenMs = performance.now() - saved;
      one.diagnostic(`up in ${Math.round(syncedMs)} ms, a save seen after ${Math.round(seenMs)} ms`);
      await assertCommandRunsOnce(relay, machine);
      assert.deepEqual(await toldTwice(relay, machine.machine), []);
    }),
  );
  await Promise.all(all);
});

async function assertCommandRunsOnce(relay: TestApi, machine: TestBridge) {
  const args = { project: 'shop', spec: '001', status: 'in-progress' };
  const path = `/v1/machines/${machine.machine}/commands?wait=25`;
  const rev = (await machine.documents()).get(first)?.rev;
  const { json } = await relay.ask<{ id: string; state: string }>('POST', path, {
    body: { kind: 'spec-metadata-update', args, ifRev: rev },
  });
  assert.ok(json.id, JSON.stringify(json));
  const done = await eventually(
    async () => {
      const now = await relay.ask<{ state: string }>('GET', `/v1/machines/${machine.machine}/commands/${json.id}`);
      return ['queued', 'delivered', 'running'].includes(now.json.state) ? undefined : now.json.state;
    },
    { timeoutMs: 30_000 },
  );
  assert.equal(done, 'done');
  assert.match(await readFile(join(machine.root, first), 'utf8'), /^status: in-progress$/m);
}

/** Changes of one document that came twice with the same rev, one after the other. */
async function toldTwice(relay: TestApi, machine: string): Promise<readonly string[]> {
  const feed = feedOfMachine(machine);
  const { json } = await relay.ask<{ events: { data: { item: string; key: string; value?: { rev?: string } }[] }[] }>(
    'POST',
    '/v1/stream',
    { body: { feeds: { [feed]: '-1' }, live: 'long-poll', wait: 0 } },
  );
  const told = json.events.flatMap(({ data }) => data).filter(({ item }) => item === 'document');
  assert.ok(told.length > 8, JSON.stringify(json));
  const last = new Map<string, string | undefined>();
  return told.flatMap(({ key, value }) => {
    const isSame = value?.rev !== undefined && last.get(key) === value.rev;
    last.set(key, value?.rev);
    return isSame ? [`${key} ${value.rev}`] : [];
  });
}

test('a gateway that strips Authorization is named, and the bridge connects by itself once that is over', async () => {
  await using relay = await openApi();
  await using gateway = await openMeddler(relay.url, () => ({ way: { without: ['authorization'] } }));
  await using machine = await openBridge(relay, { through: gateway.url });
  const said = /key was sent, but something between here and 127\.0\.0\.1:\d+ removes the header Authorization/;
  assert.match((await machine.event('trouble')).why, said);
  gateway.meddle = () => undefined;
  await machine.event('synced', 60_000);
});

test('a network that swallows everything ends a call after its deadline, and names the relay', async () => {
  await using hole = await openMeddler('http://127.0.0.1:9', () => ({ silent: true }));
  await using client = createClient({ origin: new URL(hole.url), connectMs: 200 });
  await assert.rejects(
    client.call('hello', { timeoutMs: 300 }),
    /^Interruption: No answer from 127\.0\.0\.1:\d+ within/,
  );
});
