/** What the metrics of a relay count: commands, feeds and their age, at a cost that is that of the machines alone. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { takeCensus } from '../../api/census.ts';
import { storeWith } from '../../api/store/around.ts';
import { openConnected, organisation, put, sendCommand } from '../kit/relay.ts';

const organisations = { ids: async () => [organisation] };
const HOUR_MS = 3600_000;

test('a census tells commands that wait from those whose outcome is unknown, and how long and old feeds are', async () => {
  await using world = await openConnected();
  const { relay, bridge, machine, store } = world;
  await sendCommand(relay, machine, { expiresInSeconds: 60 });
  await bridge.poll();
  await sendCommand(relay, machine, { expiresInSeconds: 2 * 3600 });
  const before = await takeCensus(store, organisations);
  assert.deepEqual(before.commands, { live: 2, unknown: 0 });
  await world.pass(HOUR_MS);
  const { commands, feeds, machines } = await takeCensus(store, organisations);
  assert.deepEqual(commands, { live: 1, unknown: 1 });
  assert.deepEqual(Object.fromEntries(machines), { online: 0, offline: 1 });
  assert.deepEqual([feeds.count, feeds.ageMsMax], [2, HOUR_MS]);
  assert.ok(feeds.entriesMax > before.feeds.entriesMax);
});

test('a census reads a few things of a machine, however many documents and events it has', async () => {
  await using world = await openConnected();
  const { bridge, store } = world;
  const cost = async () => {
    let calls = 0;
    const counting = storeWith(store, (_, call) => {
      calls += 1;
      return call();
    });
    await takeCensus(counting, organisations);
    return calls;
  };
  await bridge.send([put('specs/first/README.md', 'first')]);
  const first = await cost();
  for (let batch = 0; batch < 10; batch += 1)
    await bridge.send(Array.from({ length: 50 }, (_, at) => put(`specs/${batch}-${at}/README.md`, `${batch} ${at}`)));
  assert.ok((await takeCensus(store, organisations)).feeds.entriesMax >= 10);
  assert.equal(await cost(), first);
});
