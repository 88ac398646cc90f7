/** Two bridges that claim to be one machine, and connects that come late, twice or out of order: on each engine. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Instance } from '#contract/bridge.ts';
import { testNeeding } from '../kit/parts.ts';
import { openRedisServer } from '../kit/redis.ts';
import {
  ada,
  connectBridge,
  eventsOf,
  followed,
  openRelay,
  organisation,
  put,
  type RelayWorld,
  sha256,
} from '../kit/relay.ts';

const code = (expected: string) => ({ code: expected });
const laptop: Instance = { folder: 'folder-of-laptop', run: 3, nonce: 'process-one' };
const restarted: Instance = { ...laptop, run: 4, nonce: 'process-two' };
const stranger: Instance = { folder: 'folder-of-thief', run: 900, nonce: 'process-of-thief' };

async function openRedisRelay(): Promise<RelayWorld> {
  await using opened = new AsyncDisposableStack();
  const server = opened.use(await openRedisServer());
  const world = opened.use(await openRelay(server.url));
  const held = opened.move();
  return { ...world, [Symbol.asyncDispose]: () => held.disposeAsync() };
}

for (const [engine, open, testHere] of [
  ['SQLite', () => openRelay(), testNeeding()],
  ['Redis', openRedisRelay, testNeeding('redis-server')],
] as const) {
  const openMachine = async () => {
    const world = await open();
    const { id: machine } = await world.relay.machines.create(organisation, 'laptop', ada);
    const connect = (instance: Instance | undefined, attempt = 1) =>
      connectBridge(world.relay, machine, {
        attempt,
        manifestDigest: 'f'.repeat(64),
        ...(instance === undefined ? {} : { instance }),
      });
    /** As after 75 s without a word. */
    const silence = () => world.store.commit(`m:${machine}`, { tickets: [{ name: 'presence', value: null }] });
    return { ...world, machine, connect, silence, [Symbol.asyncDispose]: () => world[Symbol.asyncDispose]() };
  };

  testHere(
    `${engine}: a gateway that repeats a connect leaves the live bridge alone: same attempt, same epoch (B1)`,
    async () => {
      await using world = await openMachine();
      const bridge = await world.connect(laptop);
      await bridge.send([put('a.md', '1')]);
      const repeated = await world.connect(laptop);
      assert.equal(repeated.epoch, bridge.epoch);
      await bridge.send([put('a.md', '2')]);
      await bridge.poll();
    },
  );

  testHere(`${engine}: an old connect that arrives after a newer one changes nothing`, async () => {
    await using world = await openMachine();
    const bridge = await world.connect(laptop, 2);
    await assert.rejects(world.connect(laptop, 1), code('resync'));
    await bridge.send([put('a.md', '1')]);
    await world.silence();
    await assert.rejects(world.connect(laptop, 1), code('resync'), 'nor when the newer one is silent');
    await bridge.poll();
  });

  testHere(
    `${engine}: a bridge started again takes over at once, and only what ran before it is told to stop`,
    async () => {
      await using world = await openMachine();
      const { relay, machine } = world;
      const old = await world.connect(laptop);
      const told = assert.rejects(old.poll({ waitSeconds: 20 }), code('superseded'));
      const bridge = await world.connect(restarted);
      assert.ok(bridge.epoch > old.epoch);
      await told;
      await assert.rejects(old.send([put('a.md', '1')]), code('superseded'));
      await assert.rejects(old.settle('some-command', '1.1'), code('superseded'));
      await assert.rejects(relay.bridge.bye(machine, { epoch: old.epoch }), code('superseded'));
      await assert.rejects(world.connect(laptop, 2), code('superseded'));
      await bridge.poll();
    },
  );

  testHere(`${engine}: an earlier epoch of the same process is told to connect again, never to stop`, async () => {
    await using world = await openMachine();
    const before = await world.connect(laptop, 1);
    const bridge = await world.connect(laptop, 2);
    assert.ok(bridge.epoch > before.epoch);
    await assert.rejects(before.poll(), code('resync'));
    await bridge.poll();
  });

  testHere(
    `${engine}: a copied key does not silence the honest bridge: the newcomer is told that the machine is in use (B16)`,
    async () => {
      await using world = await openMachine();
      const bridge = await world.connect(laptop);
      const twin = { ...laptop, nonce: 'process-of-copied-folder' };
      for (const newcomer of [stranger, twin, undefined])
        await assert.rejects(world.connect(newcomer), code('machine-in-use'));
      await bridge.send([put('a.md', '1')]);
      await bridge.poll();
    },
  );

  testHere(`${engine}: both who hold the machine and who look at it hear of a second bridge, once (B16)`, async () => {
    await using world = await openMachine();
    const { relay, machine } = world;
    const bridge = await world.connect(laptop);
    using subscription = await followed(relay, { o: 'now' });
    assert.equal((await bridge.poll()).conditions, undefined);
    for (let tries = 0; tries < 3; tries++) await assert.rejects(world.connect(stranger), code('machine-in-use'));
    const events = await eventsOf(subscription);
    assert.equal(events.length, 1);
    const { conditions = [] } = await relay.machines.get(organisation, machine);
    assert.match(conditions.map(({ title }) => title).join(), /Two bridges claim to be this machine/);
    assert.deepEqual((await bridge.poll()).conditions, conditions);
    await world.connect(laptop, 2);
    assert.equal((await relay.machines.get(organisation, machine)).conditions?.length, 1, 'a reconnect ends nothing');
  });

  testHere(
    `${engine}: a second bridge is let in when the holder is silent, and the holder is never stopped by it`,
    async () => {
      await using world = await openMachine();
      const bridge = await world.connect(laptop);
      await world.silence();
      const newcomer = await world.connect(stranger);
      await assert.rejects(
        bridge.poll(),
        code('resync'),
        'asleep for a weekend, it connects anew and hears who is there',
      );
      await assert.rejects(world.connect(laptop, 2), code('machine-in-use'));
      await world.silence();
      await world.connect(laptop, 3);
      await assert.rejects(newcomer.poll(), code('resync'));
    },
  );

  testHere(`${engine}: a hundred connects at once of one attempt give one epoch`, async () => {
    await using world = await openMachine();
    const bridges = await Promise.all(Array.from({ length: 100 }, () => world.connect(laptop)));
    assert.equal(new Set(bridges.map(({ epoch }) => epoch)).size, 1);
  });

  testHere(`${engine}: of two bridges that come at once one gets the machine, the other is told`, async () => {
    await using world = await openMachine();
    const outcomes = await Promise.allSettled([world.connect(laptop), world.connect(stranger)]);
    assert.deepEqual(outcomes.map(({ status }) => status).sort(), ['fulfilled', 'rejected']);
  });

  testHere(
    `${engine}: whatever order connects of two runs arrive in, and however often, the last attempt of the later run is served`,
    async () => {
      await using world = await openMachine();
      const sent = [laptop, restarted].flatMap((instance) => [1, 2, 3].map((attempt) => ({ instance, attempt })));
      for (let seed = 1; seed <= 20; seed++) {
        const { id: machine } = await world.relay.machines.create(organisation, `laptop-${seed}`, ada);
        const key = (index: number) => sha256(`${seed} ${index}`);
        const shuffled = [...sent, ...sent, ...sent].map((each, index) => ({ each, key: key(index) }));
        let last = 0;
        for (const { each } of shuffled.sort((a, b) => (a.key < b.key ? -1 : 1))) {
          const bridge = await connectBridge(world.relay, machine, each).catch(() => undefined);
          if (each.instance === restarted && each.attempt === 3) last = bridge?.epoch ?? 0;
        }
        const request = { epoch: last, after: 0, holding: [], waitSeconds: 0 };
        await world.relay.bridge.poll(machine, request, new AbortController().signal);
      }
    },
  );
}

test('bridges of release 0.1.0 do not say who they are: the newest of them wins, and one that does comes before them', async () => {
  await using world = await openRelay();
  const { id: machine } = await world.relay.machines.create(organisation, 'laptop', ada);
  const first = await connectBridge(world.relay, machine);
  const second = await connectBridge(world.relay, machine);
  await assert.rejects(first.poll(), code('superseded'));
  await connectBridge(world.relay, machine, { instance: laptop, attempt: 1 });
  await assert.rejects(second.poll(), code('resync'));
  await assert.rejects(connectBridge(world.relay, machine), code('machine-in-use'));
});

test('a second bridge that asks no more is forgotten after three of its tries', async () => {
  await using world = await openRelay();
  const { relay } = world;
  const { id: machine } = await relay.machines.create(organisation, 'laptop', ada);
  const bridge = await connectBridge(relay, machine, { instance: laptop, attempt: 1 });
  const conditions = async () => (await relay.machines.get(organisation, machine)).conditions?.length;
  const claim = () => assert.rejects(connectBridge(relay, machine, { instance: stranger }), code('machine-in-use'));
  await claim();
  for (let minutes = 0; minutes < 6; minutes++) {
    await world.pass(30_000);
    await bridge.poll();
    await world.pass(30_000);
    await bridge.poll();
    if (minutes < 2) await claim();
    if (minutes < 4) assert.equal(await conditions(), 1, `after ${minutes + 1} minutes`);
  }
  assert.equal(await conditions(), undefined);
});
