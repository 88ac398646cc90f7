/** Notices between two shards: one whose process was killed in between is told by the next sweep, and of two that are told at once the one that was said last stands. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Op } from '#contract/delta.ts';
import { limits } from '#contract/limits.ts';
import { Problem } from '#contract/problems.ts';
import { createRelay } from '../../api/relay/create-relay.ts';
import { storeWith } from '../../api/store/around.ts';
import { machineShard } from '../../api/store/shards.ts';
import type { Store } from '../../api/store/store.ts';
import { ada, eventsOf, openConnected, organisation, put, reader, sendCommand, sha256 } from '../kit/relay.ts';

const page = { limit: 1000 };

/** A document that says a notice, or with `undefined` says none. */
function saying(title: string | undefined, path = 'approvals/one.json'): Op {
  const op = put(path, `${title}`) as Extract<Op, { op: 'put' }>;
  const notice = title === undefined ? {} : { notice: { topic: 'approval', title } };
  return { ...op, document: { ...op.document, ...notice } };
}

/** The store, with `before` each commit, numbered from 1. */
function committing(store: Store, before: (number: number) => Promise<void>): Store {
  let number = 0;
  return storeWith(store, async (operation, call) => {
    if (operation === 'commit') await before(++number);
    return await call();
  });
}

test('a relay that is killed behind the commit of a document tells its notice when it is back (N1)', async () => {
  await using world = await openConnected();
  const titles = async () => (await world.relay.notices(reader, page)).items.map(({ notice }) => notice.title);
  const dying = createRelay({
    store: committing(world.store, async (number) => {
      if (number > 1) throw new Problem('store-away');
    }),
  });
  const { bridge } = world;
  await assert.rejects(dying.bridge.ingest(world.machine, ...batchOf(bridge.epoch, saying('Wanted'))), {
    code: 'store-away',
  });
  assert.deepEqual(await titles(), []);
  await world.pass(1000);
  assert.deepEqual(await titles(), ['Wanted']);
  const told = (await eventsOf(world.subscription)).filter(({ item }) => item === 'notice');
  assert.equal(told.length, 1);
});

/** A relay that pauses before it tells a notice of its first batch. */
function pausedRelay(store: Store) {
  const { promise: paused, resolve: pause } = Promise.withResolvers<void>();
  const { promise: resumed, resolve: resume } = Promise.withResolvers<void>();
  const slow = createRelay({
    store: committing(store, async (number) => {
      // The first is the batch, the second tells of the machine.
      if (number !== 3) return;
      pause();
      await resumed;
    }),
  });
  return { slow, paused, resume };
}

test('a notice that is taken back while an older word of it is being told is gone (N2)', async () => {
  await using world = await openConnected();
  const { slow, paused, resume } = pausedRelay(world.store);
  const { bridge } = world;
  const first = slow.bridge.ingest(world.machine, ...batchOf(bridge.epoch, saying('Wanted')));
  await paused;
  bridge.seq = 1;
  await bridge.send([saying(undefined)]);
  resume();
  await first;
  assert.deepEqual((await world.relay.notices(reader, page)).items, []);
  await world.pass(5000);
  assert.deepEqual((await world.relay.notices(reader, page)).items, []);
});

test('one machine has so many notices and no more; when one is over another has room (N2)', async () => {
  await using world = await openConnected();
  const { bridge, relay } = world;
  const count = async () => (await relay.notices(reader, page)).items.length;
  const max = limits.noticesPerMachineMax;
  const all = Array.from({ length: max + 1 }, (_, n) => saying(`Wanted ${n}`, `approvals/${n}.json`));
  for (let start = 0; start <= max; start += 100) await bridge.send(all.slice(start, start + 100));
  assert.equal(await count(), max);
  await bridge.send([saying(undefined, 'approvals/0.json')]);
  assert.equal(await count(), max - 1);
  await bridge.send([saying('Another', 'approvals/another.json')]);
  assert.equal(await count(), max);
});

test('what a command has come to is news for its sender, and no longer than a week (N3)', async () => {
  await using world = await openConnected();
  const { relay, bridge, machine } = world;
  const command = await sendCommand(relay, machine);
  const [delivered] = (await bridge.poll()).commands;
  await bridge.settle(command.id, delivered?.lease ?? '', {
    state: 'failed',
    problem: { code: 'any', detail: 'No room' },
  });
  await world.pass(1000);
  const [found] = (await relay.notices(reader, page)).items;
  assert.deepEqual([found?.notice.text, found?.notice.for], ['No room', reader.person]);
  await world.pass(limits.commandNoticeMs);
  assert.deepEqual((await relay.notices(reader, page)).items, []);
});

test('a notice that is being told while its machine is removed is not left behind (N2)', async () => {
  await using world = await openConnected();
  const { slow, paused, resume } = pausedRelay(world.store);
  const first = slow.bridge.ingest(world.machine, ...batchOf(world.bridge.epoch, saying('Wanted')));
  await paused;
  await world.relay.machines.remove(organisation, world.machine, ada);
  resume();
  await first.catch(() => {});
  assert.deepEqual((await world.relay.notices(reader, page)).items, []);
});

/** Sends commands that fail. */
async function fail({ relay, bridge, machine }: Awaited<ReturnType<typeof openConnected>>, count: number) {
  for (let at = 0; at < count; at++) {
    const command = await sendCommand(relay, machine);
    const delivered = (await bridge.poll()).commands.find(({ id }) => id === command.id);
    const problem = { code: 'any', detail: 'No room' };
    await bridge.settle(command.id, delivered?.lease ?? '', { state: 'failed', problem });
  }
}

test('somebody whose commands fail again and again takes no room of what the machine tells everybody (N3)', async () => {
  await using world = await openConnected();
  const { relay, bridge } = world;
  await fail(world, limits.noticesPerSenderMax + 3);
  await bridge.send([saying('Wanted')]);
  await world.pass(1000);
  const { items } = await relay.notices(reader, page);
  assert.equal(items.filter((one) => one.notice.for === reader.person).length, limits.noticesPerSenderMax);
  assert.equal(items.filter((one) => one.notice.title === 'Wanted').length, 1);
});

test('what a machine has said of a notice that is over is kept no longer (N2)', async () => {
  await using world = await openConnected();
  await fail(world, 3);
  await world.pass(1000);
  const kept = async () => (await world.store.list(machineShard(world.machine), 'said', undefined, 10)).length;
  assert.equal(await kept(), 3);
  await world.pass(limits.commandNoticeMs);
  assert.equal(await kept(), 0);
});

function batchOf(epoch: number, ...ops: readonly Op[]) {
  const line = Buffer.from(JSON.stringify(ops));
  return [{ epoch, seq: 1, digest: sha256(line), manifestDigest: '1'.repeat(64) }, line] as const;
}
