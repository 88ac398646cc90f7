/** What one person can take of a machine at the relay, on both engines: their share of its queue and of what is kept, and nothing of anybody else's. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { limits } from '#contract/limits.ts';
import type { Store } from '../../api/store/store.ts';
import { needs, testNeeding } from '../kit/parts.ts';
import { openRedisServer } from '../kit/redis.ts';
import { ada, connectBridge, openRelay, organisation, reader, sendCommand, someone } from '../kit/relay.ts';

const noRedis = needs('redis-server');
const redis = noRedis === false ? await openRedisServer() : undefined;
after(() => redis?.[Symbol.asyncDispose]());

const MIB = 1024 * 1024;
const mallory = someone(1);
const tables = ['commands', 'command-args', 'command-results', 'commands-newest', 'commands-kept', 'command-accounts'];

/** Bytes of all rows of commands. */
async function commandBytes(store: Store, machine: string): Promise<number> {
  let bytes = 0;
  for (const table of tables) {
    let after: string | undefined;
    do {
      const page = await store.list(`m:${machine}`, table, after, 100);
      for (const { key, value } of page) bytes += Buffer.byteLength(key) + Buffer.byteLength(value);
      after = page.at(-1)?.key;
    } while (after !== undefined);
  }
  return bytes;
}

for (const [engine, testHere] of [
  ['SQLite', test],
  ['Redis', testNeeding('redis-server')],
] as const) {
  let place = 0;
  const openMachine = async () => {
    place += 1;
    const world = await openRelay(engine === 'SQLite' ? 'sqlite::memory:' : `${redis?.url}?prefix=shares${place}`);
    const { id: machine } = await world.relay.machines.create(organisation, 'laptop', ada);
    const bridge = await connectBridge(world.relay, machine, { manifestDigest: 'f'.repeat(64) });
    const ended = async (by: typeof ada, result: unknown, more = {}) => {
      const { id } = await sendCommand(world.relay, machine, {}, { by, ...more });
      assert.equal(await bridge.settle(id, '1.1', { result }), 'ok');
      return id;
    };
    return { ...world, machine, bridge, ended };
  };

  testHere(
    `${engine}: somebody who reads without end fills their own share of the store, and the history of others stays (C13)`,
    async () => {
      await using world = await openMachine();
      const { relay, store, machine } = world;
      const mine = await world.ended(ada, 'a result of Ada');
      const text = 'x'.repeat(2 * MIB);
      const ids: string[] = [];
      for (let count = 0; count < 14; count++) ids.push(await world.ended(mallory, text));
      const bytes = await commandBytes(store, machine);
      assert.ok(bytes < limits.keptBytesPerPersonMax + MIB, `${bytes} bytes are kept`);
      assert.ok(bytes > limits.keptBytesPerPersonMax / 2, `${bytes} bytes are kept`);
      assert.equal((await relay.commands.get(reader, machine, mine)).result, 'a result of Ada');
      assert.equal((await relay.commands.get(reader, machine, ids.at(-1) ?? '')).result, text);
      await assert.rejects(relay.commands.get(reader, machine, ids[0] ?? ''), { code: 'command-unknown' });
      const listed = await relay.commands.list(reader, machine, { limit: 100 });
      assert.equal(listed.items.length, await store.count(`m:${machine}`, 'commands-newest'));
    },
  );

  testHere(
    `${engine}: a late result of what was unknown counts once, and what is forgotten counts no more`,
    async () => {
      await using world = await openMachine();
      const { relay, store, machine, bridge } = world;
      const { id } = await sendCommand(relay, machine, { expiresInSeconds: 1 }, { by: mallory });
      const { commands } = await bridge.poll();
      if (engine === 'SQLite') {
        await world.pass(limits.leaseMs);
        assert.equal((await relay.commands.get(reader, machine, id)).state, 'unknown');
      }
      await bridge.settle(id, commands[0]?.lease ?? '', { result: 'late' });
      const row = await store.row(`m:${machine}`, 'command-accounts', mallory.person);
      const { live, liveBytes, kept, keptBytes } = JSON.parse(row?.value ?? '');
      assert.deepEqual([live, liveBytes, kept], [0, 0, 1]);
      assert.ok(keptBytes < 2000, `${keptBytes}`);
      if (engine === 'Redis') return;
      await world.pass(limits.commandKeptMs);
      for (const table of tables) assert.equal(await store.count(`m:${machine}`, table), 0, table);
    },
  );

  testHere(
    `${engine}: whoever fills the queue of a machine leaves room for the others, and hears that it is their own share (C13)`,
    async () => {
      await using world = await openMachine();
      const { relay, machine } = world;
      const send = (by: typeof ada, args = {}) => sendCommand(relay, machine, { args }, { by });
      const ids: string[] = [];
      for (let count = 0; count < limits.commandsQueuedPerPersonMax; count++) ids.push((await send(mallory)).id);
      await assert.rejects(send(mallory), (error: { code: string; detail: string }) => {
        assert.equal(error.code, 'queue-full');
        assert.match(error.detail, /one person may have 100/);
        return true;
      });
      await send(ada);
      await relay.commands.cancel(reader, machine, ids[0] ?? '', mallory);
      await send(mallory);
      const text = 'x'.repeat(5 * MIB);
      for (let count = 0; count < 3; count++) await send(someone(2), { text });
      await assert.rejects(send(someone(2), { text }), { code: 'queue-full' });
      await send(ada, { text });
    },
  );
}

test('what it costs to keep within a share does not grow with the share', async () => {
  await using world = await openRelay();
  const { relay, store } = world;
  const { id: machine } = await relay.machines.create(organisation, 'laptop', ada);
  const bridge = await connectBridge(relay, machine);
  let listed = 0;
  const list = store.list.bind(store);
  Object.assign(store, {
    list: async (...args: Parameters<typeof list>) => {
      const page = await list(...args);
      listed += page.length;
      return page;
    },
  });
  for (let count = 0; count < limits.commandsKeptPerPersonMax + 200; count++) {
    const { id } = await sendCommand(relay, machine);
    if (count === limits.commandsKeptPerPersonMax) listed = 0;
    await bridge.settle(id, '1.1');
  }
  assert.equal(await store.count(`m:${machine}`, 'commands'), limits.commandsKeptPerPersonMax);
  assert.ok(listed <= 200 * 4, `${listed} rows were read for 200 commands`);
});
