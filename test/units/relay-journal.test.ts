/** What the relay makes of a bridge's word on its journal, on both engines: a command that was in the air is offered again or has expired, and nothing is offered that a forgetful bridge may have done. */

import assert from 'node:assert/strict';
import { after } from 'node:test';
import { limits } from '#contract/limits.ts';
import { eventually } from '../kit/eventually.ts';
import { needs, testNeeding } from '../kit/parts.ts';
import { openRedisServer } from '../kit/redis.ts';
import { ada, connectBridge, openRelay, organisation, reader, sendCommand } from '../kit/relay.ts';

const noRedis = needs('redis-server');
const redis = noRedis === false ? await openRedisServer() : undefined;
after(() => redis?.[Symbol.asyncDispose]());

const journal = (count: number, id = 'journal-one') => ({ id, count });
const long = { expiresInSeconds: 3600 };
const FOLDER = 'folder-one';

for (const [engine, test] of [
  ['SQLite', testNeeding()],
  ['Redis', testNeeding('redis-server')],
] as const) {
  let place = 0;
  /** A connected bridge whose journal has received three commands, and one command in the air. */
  const openInTheAir = async (request = {}) => {
    place += 1;
    const world = await openRelay(engine === 'SQLite' ? 'sqlite::memory:' : `${redis?.url}?prefix=journal${place}`);
    const { relay } = world;
    const { id: machine } = await relay.machines.create(organisation, 'laptop', ada);
    let run = 0;
    const connect = (said: { id: string; count: number }, more = {}) => {
      run += 1;
      const instance = { folder: FOLDER, run, nonce: `nonce-${run}-of-it` };
      return connectBridge(relay, machine, {
        instance,
        manifestDigest: 'f'.repeat(64),
        journal: said,
        ...more,
      });
    };
    const bridge = await connect(journal(3));
    const { id } = await sendCommand(relay, machine, request);
    const { commands, after } = await bridge.poll({ journal: journal(3) });
    const lease = commands[0]?.lease ?? '';
    const state = async () => (await relay.commands.get(reader, machine, id)).state;
    return { ...world, machine, bridge, connect, id, lease, after, state };
  };

  test(`${engine}: a command whose delivery was lost in a reconnect is offered again at once, under its id (B18)`, async () => {
    await using world = await openInTheAir();
    // A poll that set out before the delivery came does not take it away.
    assert.deepEqual((await world.bridge.poll({ after: world.after, journal: journal(3) })).commands, []);
    assert.equal(await world.state(), 'delivered');
    const next = await world.connect(journal(3));
    const { commands } = await next.poll({ after: world.after, journal: journal(3) });
    assert.deepEqual(
      commands.map(({ id }) => id),
      [world.id],
    );
    assert.equal(await next.settle(world.id, commands[0]?.lease ?? ''), 'ok');
    const { receipts } = await world.relay.commands.get(reader, world.machine, world.id);
    assert.deepEqual(
      receipts.map(({ state }) => state),
      ['queued', 'delivered', 'queued', 'delivered', 'done'],
    );
  });

  test(`${engine}: a machine that slept past the expiry has not begun the command: it is expired, also where it was unknown meanwhile (B18)`, async () => {
    await using world = await openInTheAir({ expiresInSeconds: 1 });
    await world.pass(1000);
    await eventually(async () => (await world.state()) === 'unknown');
    const next = await world.connect(journal(3));
    assert.deepEqual((await next.poll({ after: world.after, journal: journal(3) })).commands, []);
    assert.equal(await world.state(), 'expired');
    assert.equal(await world.store.count(`m:${world.machine}`, 'commands-asked'), 0);
  });

  test(`${engine}: a command that expires while its delivery is lost is expired though the connection goes on: the bridge is asked to connect again, once (B18)`, async () => {
    await using world = await openInTheAir({ expiresInSeconds: 1 });
    await world.pass(1000);
    await eventually(async () => (await world.state()) === 'unknown');
    const holding = [{ id: world.id, lease: world.lease }];
    await world.bridge.poll({ after: world.after, holding, journal: journal(4) });
    await assert.rejects(world.bridge.poll({ after: world.after, journal: journal(4) }), { code: 'resync' });
    const next = await world.connect(journal(4));
    await next.poll({ after: world.after, journal: journal(4) });
    assert.equal(await world.state(), 'expired');
    await next.poll({ after: world.after, journal: journal(4) });
  });

  test(`${engine}: a bridge that can no longer know is not asked to connect again and again (B18)`, async () => {
    await using world = await openInTheAir({ expiresInSeconds: 1 });
    await world.pass(1000);
    await eventually(async () => (await world.state()) === 'unknown');
    const next = await world.connect(journal(0, 'journal-two'));
    for (let polls = 0; polls < 2; polls += 1) await next.poll({ journal: journal(0, 'journal-two') });
    assert.equal(await world.state(), 'unknown');
  });

  test(`${engine}: what is back in the queue when it expires is expired, not unknown (B18)`, async () => {
    await using world = await openInTheAir({ ...long, args: { text: 'x'.repeat(1_100_000) } });
    const { id } = await sendCommand(world.relay, world.machine, { expiresInSeconds: 2 });
    const { commands, after } = await world.bridge.poll({ after: world.after, journal: journal(3) });
    assert.equal(commands[0]?.id, id);
    const next = await world.connect(journal(3));
    // The large one travels alone.
    assert.equal((await next.poll({ after, journal: journal(3) })).commands[0]?.id, world.id);
    await world.pass(2000);
    await eventually(async () => (await world.relay.commands.get(reader, world.machine, id)).state === 'expired');
  });

  for (const [title, mark] of [
    ['another journal', journal(9, 'journal-two')],
    ['an older copy of its journal', journal(2)],
  ] as const)
    test(`${engine}: a bridge that comes back with ${title} gets nothing again that it may have done (B18)`, async () => {
      await using world = await openInTheAir(long);
      const next = await world.connect(mark);
      assert.deepEqual((await next.poll({ after: world.after, journal: mark })).commands, []);
      assert.equal(await world.state(), 'unknown');
      // And it stays so, however well the journal goes on from now.
      const later = await world.connect(mark);
      await world.pass(3_600_000);
      assert.deepEqual((await later.poll({ after: world.after, journal: mark })).commands, []);
      assert.equal(await world.state(), 'unknown');
      assert.equal(await later.settle(world.id, world.lease), 'ok');
    });

  // The clock of a Redis cannot be moved, and a lease is long.
  const skip = engine === 'Redis' && 'a lease takes 90 s there';
  test(`${engine}: a lease that was lost, and an expiry that nobody comes back for, leave it unknown`, {
    skip,
  }, async () => {
    await using world = await openInTheAir(long);
    await world.pass(limits.leaseMs);
    await world.pass(3_600_000);
    assert.equal(await world.state(), 'unknown');
  });

  test(`${engine}: a lease that was lost offers nothing again to a bridge with another journal (B18)`, {
    skip,
  }, async () => {
    await using world = await openInTheAir(long);
    await world.pass(limits.leaseMs);
    assert.equal(await world.state(), 'queued');
    const next = await world.connect(journal(9, 'journal-two'));
    assert.deepEqual((await next.poll({ after: world.after, journal: journal(9, 'journal-two') })).commands, []);
    assert.equal(await world.state(), 'unknown');
  });

  test(`${engine}: a relay that was rewound asks again for what a bridge may have told it, and never says that it was not begun (B18)`, async () => {
    await using world = await openInTheAir({ expiresInSeconds: 2 });
    // The bridge was acknowledged further than this relay remembers.
    const acknowledged = { handle: world.bridge.handle, epoch: world.bridge.epoch, seq: 5 };
    const next = await world.connect(journal(4), { acknowledged });
    const [again] = (await next.poll({ after: world.after, journal: journal(4) })).commands;
    assert.equal(again?.id, world.id);
    await world.pass(2000);
    await eventually(async () => (await world.state()) === 'unknown');
    const later = await world.connect(journal(4));
    await later.poll({ after: world.after, journal: journal(4) });
    assert.equal(await world.state(), 'expired');
  });

  test(`${engine}: a relay that was rewound does not call expired what a bridge may have told it was done (B18)`, async () => {
    await using world = await openInTheAir({ expiresInSeconds: 1 });
    await world.pass(1000);
    await eventually(async () => (await world.state()) === 'unknown');
    const acknowledged = { handle: world.bridge.handle, epoch: world.bridge.epoch, seq: 5 };
    const next = await world.connect(journal(4), { acknowledged });
    await next.poll({ after: world.after, journal: journal(4) });
    assert.equal(await world.state(), 'unknown');
  });

  test(`${engine}: a late copy of an old poll does not hide that a folder was restored (B18)`, async () => {
    await using world = await openInTheAir(long);
    const holding = [{ id: world.id, lease: world.lease }];
    await world.bridge.poll({ after: world.after, holding, journal: journal(4) });
    await world.bridge.poll({ after: world.after, holding, journal: journal(3) });
    const restored = await world.connect(journal(3));
    assert.deepEqual((await restored.poll({ after: world.after, journal: journal(3) })).commands, []);
    assert.equal(await world.state(), 'unknown');
  });

  test(`${engine}: what the bridge holds stays with it over a reconnect, and a late copy of an old poll changes nothing (B18)`, async () => {
    await using world = await openInTheAir(long);
    const holding = [{ id: world.id, lease: world.lease }];
    await world.bridge.poll({ after: world.after, holding, journal: journal(4) });
    await world.bridge.poll({ after: world.after, holding, journal: journal(3) });
    const next = await world.connect(journal(4));
    assert.deepEqual((await next.poll({ after: world.after, holding, journal: journal(4) })).commands, []);
    assert.equal(await world.state(), 'delivered');
    assert.equal(await next.settle(world.id, world.lease), 'ok');
  });

  test(`${engine}: what somebody cancelled while nobody knew is cancelled once the bridge says that it never had it, not before`, {
    skip,
  }, async () => {
    await using world = await openInTheAir(long);
    await world.pass(limits.leaseMs);
    const asked = await world.relay.commands.cancel(reader, world.machine, world.id, ada);
    assert.deepEqual([asked.state, asked.cancelAsked], ['queued', true]);
    assert.deepEqual((await world.bridge.poll({ after: world.after })).commands, []);
    const next = await world.connect(journal(3));
    assert.deepEqual((await next.poll({ after: world.after, journal: journal(3) })).commands, []);
    assert.equal(await world.state(), 'cancelled');
  });
}
