/** A machine that stays away is a notice, on both engines: once, until it is back, and also by a relay that was started again meanwhile. What a bridge says of its conditions is one where it wants that. */
import assert from 'node:assert/strict';
import { after } from 'node:test';
import { limits } from '#contract/limits.ts';
import { createRelay } from '../../api/relay/create-relay.ts';
import { AWAY_DUE } from '../../api/relay/machines/away.ts';
import { OFFLINE_DUE } from '../../api/relay/machines/presence.ts';
import { PRESENCE, parseRecord, RECORD } from '../../api/relay/rows.ts';
import { machineShard } from '../../api/store/shards.ts';
import type { Store } from '../../api/store/store.ts';
import { needs, testNeeding } from '../kit/parts.ts';
import { openRedisServer } from '../kit/redis.ts';
import { ada, connectBridge, eventsOf, followed, openRelay, organisation, reader } from '../kit/relay.ts';

const noRedis = needs('redis-server');
const redis = noRedis === false ? await openRedisServer() : undefined;
after(() => redis?.[Symbol.asyncDispose]());

const ORGANISATION_PAGE = { limit: 100 };
const awayMs = limits.presenceMs + limits.machineAwayMs;
const missed = { topic: 'job-missed', title: 'A job did not run.', hint: 'Run it.', since: '2026-11-20T00:00:00.000Z' };

async function goneEarlier(store: Store, machine: string, ms: number): Promise<void> {
  const shard = machineShard(machine);
  const found = await store.row(shard, RECORD.table, RECORD.key);
  if (found === undefined) return;
  const row = { ...parseRecord(found).value };
  row.since -= ms;
  const due = row.online ? [] : [{ id: AWAY_DUE, at: row.since + limits.machineAwayMs }];
  await store.commit(shard, { put: [{ ...RECORD, value: JSON.stringify(row) }], due });
}

for (const [engine, test] of [
  ['SQLite', testNeeding()],
  ['Redis', testNeeding('redis-server')],
] as const) {
  let place = 0;
  const openMachine = async () => {
    place += 1;
    const world = await openRelay(engine === 'SQLite' ? 'sqlite::memory:' : `${redis?.url}?prefix=away${place}`);
    const { relay } = world;
    const { id: machine } = await relay.machines.create(organisation, 'laptop', ada);
    let run = 0;
    const connect = (more = {}) => {
      run += 1;
      return connectBridge(relay, machine, {
        instance: { folder: 'folder-one', run, nonce: `nonce-${run}-of-it` },
        ...more,
      });
    };
    const bridge = await connect();
    const notices = async (of = relay) => (await of.notices(reader, ORGANISATION_PAGE)).items;
    const titles = async () => (await notices()).map(({ notice }) => notice.title);
    /** Nothing is heard of it any more: its ticket, which is of the engine, has run out. */
    const vanish = async (of = machine) => {
      const [tickets, due] = [[{ name: PRESENCE, value: null }], [{ id: OFFLINE_DUE, at: 1 }]];
      await world.store.commit(machineShard(of), { tickets, due });
      await world.pass(0);
    };
    /** Its bridge says that it ends. */
    const leave = async () => await relay.bridge.bye(machine, { epoch: bridge.epoch });
    /** Time passes. The clock of Redis is its own: there the machine went that much earlier. */
    const pass = async (ms: number) => {
      if (engine === 'Redis') await goneEarlier(world.store, machine, ms);
      await world.pass(engine === 'Redis' ? 0 : ms);
    };
    return { ...world, pass, machine, connect, bridge, notices, titles, leave, vanish };
  };

  test(`${engine}: a machine that stays offline is a notice, told once, until it is back (N6)`, async () => {
    await using world = await openMachine();
    const events = await followed(world.relay, { o: 'now' });
    await world.vanish();
    await world.pass(limits.machineAwayMs - 1000);
    assert.deepEqual(await world.titles(), []);
    await world.pass(1000);
    const [said] = await world.notices();
    assert.deepEqual([said?.notice.topic, said?.notice.title], ['machine', 'laptop is offline']);
    assert.deepEqual(said?.notice.link, { feed: `m.${world.machine}`, item: 'machine', key: world.machine });
    await world.pass(awayMs);
    const told = (await eventsOf(events)).filter(({ item }) => item === 'notice');
    assert.equal(told.length, 1);
    await world.connect();
    assert.deepEqual(await world.titles(), []);
    await world.pass(awayMs / 2);
    assert.deepEqual(await world.titles(), []);
  });

  test(`${engine}: a machine that is back before ten minutes are over is no news (N6)`, async () => {
    await using world = await openMachine();
    await world.vanish();
    await world.pass(limits.machineAwayMs - 1000);
    await world.connect();
    await world.vanish();
    await world.pass(limits.machineAwayMs - 1000);
    assert.deepEqual(await world.titles(), []);
  });

  test(`${engine}: a machine whose bridge was ended on purpose is no news, and is one when it vanishes later (N6)`, async () => {
    await using world = await openMachine();
    await world.leave();
    await world.pass(awayMs);
    assert.deepEqual(await world.titles(), []);
    await world.relay.machines.rename(organisation, world.machine, 'tower', ada);
    assert.deepEqual(await world.titles(), []);
    await world.connect();
    await world.vanish();
    await world.pass(limits.machineAwayMs);
    assert.equal((await world.titles()).length, 1);
    // What was said is taken back also by a bridge that comes only to say that it ends.
    const bridge = await world.connect();
    await world.relay.bridge.bye(world.machine, { epoch: bridge.epoch });
    await world.pass(awayMs);
    assert.deepEqual(await world.titles(), []);
  });

  test(`${engine}: a relay that is started again says it in time (N6)`, async () => {
    await using world = await openMachine();
    await world.vanish();
    await world.pass(limits.machineAwayMs - 1000);
    const next = createRelay({ store: world.store });
    await world.pass(1000);
    assert.equal((await world.notices(next)).length, 1);
  });

  test(`${engine}: a machine that is renamed while it is away is named as it is called, and one that is removed is silent (N6)`, async () => {
    await using world = await openMachine();
    await world.vanish();
    await world.pass(limits.machineAwayMs);
    await world.relay.machines.rename(organisation, world.machine, 'tower', ada);
    assert.deepEqual(await world.titles(), ['tower is offline']);
    await world.relay.machines.remove(organisation, world.machine, ada);
    assert.deepEqual(await world.titles(), []);
    const second = await world.relay.machines.create(organisation, 'second', ada);
    await connectBridge(world.relay, second.id);
    await world.vanish(second.id);
    await world.relay.machines.remove(organisation, second.id, ada);
    await world.pass(awayMs);
    assert.deepEqual(await world.titles(), []);
  });

  test(`${engine}: a condition is a notice where its bridge says of which topic, until it is over (N7)`, async () => {
    await using world = await openMachine();
    await world.connect({
      conditions: [
        { ...missed, notice: 'job' },
        { ...missed, topic: 'clock-off' },
      ],
    });
    const [said, ...more] = await world.notices();
    assert.deepEqual(more, []);
    const { topic, title, text, link } = said?.notice ?? {};
    assert.deepEqual([topic, title, text, link?.item], ['job', missed.title, missed.hint, 'condition']);
    const long = { ...missed, title: 'Many words. '.repeat(30).trim(), notice: 'job' };
    await world.connect({ conditions: [long] });
    const [changed] = await world.notices();
    assert.equal(changed?.notice.since, said?.notice.since);
    assert.match(changed?.notice.text ?? '', /^(Many words\. ){30}Run it\.$/);
    await world.connect({ conditions: [{ ...missed, topic: 'clock-off' }] });
    assert.deepEqual(await world.titles(), []);
  });
}
