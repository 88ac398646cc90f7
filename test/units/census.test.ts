/** What the metrics of a relay count: commands, feeds and their age, at a cost that is that of the machines alone. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { takeCensus } from '../../api/census.ts';
import { createMetrics } from '../../api/metrics.ts';
import { storeWith } from '../../api/store/around.ts';
import type { Store } from '../../api/store/store.ts';
import { eventually } from '../kit/eventually.ts';
import { needs, testNeeding } from '../kit/parts.ts';
import { openRedisServer } from '../kit/redis.ts';
import { openConnected, organisation, put, sendCommand, someone } from '../kit/relay.ts';

const redis = needs('redis-server') === false ? await openRedisServer() : undefined;
after(() => redis?.[Symbol.asyncDispose]());

const organisations = { ids: async () => [organisation] };
const HOUR_MS = 3600_000;

/** How many times the store is asked for a census. */
async function callsOf(store: Store): Promise<number> {
  let calls = 0;
  const counting = storeWith(store, (_, call) => {
    calls += 1;
    return call();
  });
  await takeCensus(counting, organisations);
  return calls;
}

for (const [engine, url, testHere] of [
  ['SQLite', 'sqlite::memory:', test],
  ['Redis', `${redis?.url}?prefix=census`, testNeeding('redis-server')],
] as const)
  testHere(
    `${engine}: the metrics tell commands that wait, those with their machine and those of unknown outcome`,
    async () => {
      await using world = await openConnected(url);
      const { relay, bridge, machine, store } = world;
      const numbers = async () => {
        const metrics = createMetrics();
        metrics.holding(() => takeCensus(store, organisations));
        const found = (await metrics.read()).text.matchAll(/^sallyport_commands\{state="(\w+)"\} (\d+)$/gm);
        return Object.fromEntries([...found].map(([, state, count]) => [state, Number(count)]));
      };
      const short = await sendCommand(relay, machine, { expiresInSeconds: 1 });
      const long = await sendCommand(relay, machine, { expiresInSeconds: 3600 });
      const { commands } = await bridge.poll();
      assert.equal(commands.length, 2);
      for (let more = 0; more < 3; more += 1) await sendCommand(relay, machine, { expiresInSeconds: 3600 });
      assert.deepEqual(await numbers(), { queued: 3, delivered: 2, unknown: 0 });
      await eventually(async () => {
        await world.pass(1000);
        return (await numbers()).unknown === 1;
      });
      assert.deepEqual(await numbers(), { queued: 3, delivered: 1, unknown: 1 });
      for (const { id } of [short, long])
        await bridge.settle(id, commands.find((one) => one.id === id)?.lease ?? '', { result: {} });
      assert.deepEqual(await numbers(), { queued: 3, delivered: 0, unknown: 0 });
    },
  );

test('a census reads a machine’s commands in pages of a hundred', async () => {
  await using world = await openConnected();
  const { relay, machine, store } = world;
  await sendCommand(relay, machine);
  const one = await callsOf(store);
  for (let count = 1; count < 250; count += 1)
    await sendCommand(relay, machine, {}, { by: someone(Math.floor(count / 100)) });
  const { commands } = await takeCensus(store, organisations);
  assert.deepEqual(commands, { queued: 250, delivered: 0, unknown: 0 });
  assert.equal((await callsOf(store)) - one, 4, 'the list and the rows of two more pages');
});

test('a census tells how long and old feeds are', async () => {
  await using world = await openConnected();
  const { relay, machine, store } = world;
  const before = await takeCensus(store, organisations);
  await sendCommand(relay, machine);
  await world.pass(HOUR_MS);
  const { feeds, machines } = await takeCensus(store, organisations);
  assert.deepEqual(Object.fromEntries(machines), { online: 0, offline: 1 });
  assert.deepEqual([feeds.count, feeds.ageMsMax], [2, HOUR_MS]);
  assert.ok(feeds.entriesMax > before.feeds.entriesMax);
});

test('a census reads a few things of a machine, however many documents and events it has', async () => {
  await using world = await openConnected();
  const { bridge, store } = world;
  await bridge.send([put('specs/first/README.md', 'first')]);
  const first = await callsOf(store);
  for (let batch = 0; batch < 10; batch += 1)
    await bridge.send(Array.from({ length: 50 }, (_, at) => put(`specs/${batch}-${at}/README.md`, `${batch} ${at}`)));
  assert.ok((await takeCensus(store, organisations)).feeds.entriesMax >= 10);
  assert.equal(await callsOf(store), first);
});
