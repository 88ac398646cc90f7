/** Gateways that repeat a connect, deliver it late, or strip its key: the bridge behind them goes on. */
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { Problem } from '#contract/problems.ts';
import { PROTOCOL } from '#contract/version.ts';
import { openApi } from '../kit/api.ts';
import { openBridge, type TestBridge } from '../kit/bridge.ts';
import { eventually } from '../kit/eventually.ts';
import { type Met, openMeddler } from '../kit/meddler.ts';
import { specText } from '../kit/projects.ts';

type Relay = Awaited<ReturnType<typeof openApi>>;

const isConnect = ({ path }: Met) => path === '/v1/bridge/connect';

/** Sends what a gateway met once more, as it was. */
const replay = async (relay: Relay, met: Met) =>
  await relay.ask<{ epoch?: number; code?: string }>('POST', met.path, {
    key: String(met.headers.authorization).replace('Bearer ', ''),
    body: JSON.parse(met.text()),
  });

const epochs = ({ events }: TestBridge) => events.flatMap((each) => (each.event === 'connected' ? [each.epoch] : []));

async function saveAndSee(bridge: TestBridge, title: string) {
  await writeFile(join(bridge.root, 'specs/001-first-light/README.md'), specText(title));
  await eventually(async () => [...(await bridge.documents()).values()].some((each) => each.title === title));
}

test('a gateway that sends the connect a second time does not end the bridge', async () => {
  await using relay = await openApi();
  await using gateway = await openMeddler(relay.url);
  await using bridge = await openBridge(relay, { through: gateway.url });
  await bridge.event('synced');
  const [connect] = gateway.met.filter(isConnect);
  assert.ok(connect);
  assert.equal((await replay(relay, connect)).json.epoch, epochs(bridge)[0]);
  await saveAndSee(bridge, 'After the repetition');
  assert.equal(epochs(bridge).length, 1, 'it did not even connect anew');
});

test('a connect that was lost on the way and arrives after a newer one changes nothing', async () => {
  await using relay = await openApi();
  let lost: Met | undefined;
  await using gateway = await openMeddler(relay.url, (met) => {
    if (!isConnect(met) || lost !== undefined) return undefined;
    lost = met;
    return { status: 502 };
  });
  await using bridge = await openBridge(relay, { through: gateway.url });
  await bridge.event('synced');
  assert.ok(lost);
  assert.equal((await replay(relay, lost)).json.code, 'resync');
  await saveAndSee(bridge, 'After the late one');
  assert.equal(epochs(bridge).length, 1);
});

test('a gateway that strips the key for a while does not end the bridge, which says why it waits', async () => {
  await using relay = await openApi();
  const refusals = [
    {
      status: 401,
      headers: { 'content-type': 'application/problem+json' },
      answer: JSON.stringify({ p: PROTOCOL, ...new Problem('key-missing').toJson() }),
    },
  ];
  await using gateway = await openMeddler(relay.url, () => refusals.shift());
  await using bridge = await openBridge(relay, { through: gateway.url });
  await bridge.event('synced');
  assert.match(
    bridge.log(),
    /removes the header Authorization \(key-missing\)\. Ask the people who .* Trying again in/,
  );
});
