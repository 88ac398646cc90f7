/** What happens between two steps of the relay, each time the one moment that a rule is there for. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { limits } from '#contract/limits.ts';
import { createRelay } from '../../api/relay/create-relay.ts';
import { blockOf, putItem } from '../../api/relay/feeds/blocks.ts';
import { addFeed, createFeedReader, type FeedReader, follow, pull } from '../../api/relay/feeds/feed-reader.ts';
import { createPumps, type FeedBlock } from '../../api/relay/feeds/pump.ts';
import { EVENTS, SYNC, type SyncRow } from '../../api/relay/rows.ts';
import { storeWith } from '../../api/store/around.ts';
import { machineShard } from '../../api/store/shards.ts';
import type { Store } from '../../api/store/store.ts';
import { toldIn } from '../kit/event-stream.ts';
import {
  ada,
  connectBridge,
  eventsOf,
  followed,
  never,
  openConnected,
  openRelay,
  organisation,
  project,
  put,
  reader,
  sendCommand,
  unknownDigest,
} from '../kit/relay.ts';

const paths = (events: Awaited<ReturnType<typeof eventsOf>>) =>
  events.flatMap(({ document }) => (document === undefined ? [] : [document.path]));

/** The store as another process sees it. `before(operation, act)` runs `act` once, right before the next such call reaches the store. */
function storeInBetween(store: Store) {
  const acts = new Map<string, () => Promise<unknown>>();
  const between = storeWith(store, async (operation, call) => {
    const act = acts.get(operation);
    acts.delete(operation);
    await act?.();
    return await call();
  });
  return { store: between, before: (operation: string, act: () => Promise<unknown>) => acts.set(operation, act) };
}

/** The store as a process sees it whose signals are on their way for ever: on Redis they may come late, or be lost. */
function storeWithoutSignals(store: Store): Store {
  return new Proxy(store, {
    get: (target, name, whole) =>
      name === 'listen' ? () => ({ [Symbol.dispose]() {} }) : Reflect.get(target, name, whole),
  });
}

/** What another process appends: in the log, but not in the memory of this one, which hears of it by a signal, or not at all. */
async function appendElsewhere(store: Store, machine: string, path: string): Promise<void> {
  const document = JSON.stringify({ project, path });
  const [block] = blockOf([putItem('document', `${project}/${path}`, 0, document)]);
  await store.commit(machineShard(machine), { append: block === undefined ? [] : [block] });
}

test('a command goes to the connection of now, not to one whose poll was under way when a newer one was made', async () => {
  await using world = await openRelay();
  const { id: machine } = await world.relay.machines.create(organisation, 'laptop', ada);
  const between = storeInBetween(world.store);
  const old = await connectBridge(createRelay({ store: between.store }), machine);
  const { id } = await sendCommand(world.relay, machine);
  const connected: Awaited<ReturnType<typeof connectBridge>>[] = [];
  between.before('commit', async () => connected.push(await connectBridge(world.relay, machine)));
  await assert.rejects(old.poll(), { code: 'superseded' });
  const [newer] = connected;
  assert.equal((await world.relay.commands.get(reader, machine, id)).state, 'queued');
  assert.deepEqual(
    (await newer?.poll())?.commands.map((command) => command.id),
    [id],
  );
});

test('a save that comes between the last look and the cut-over is not lost', async () => {
  await using world = await openConnected();
  const { bridge, machine, feed, store } = world;
  const pumps = createPumps(store);
  const readers = await Promise.all(
    [1, 2].map(async () => {
      const reader = createFeedReader(new Set(['read']), async () => true);
      await addFeed(reader, feed, 'end', { open: (listener) => pumps.follow(machineShard(machine), feed, listener) });
      return reader;
    }),
  );
  const [one, other] = readers as [FeedReader, FeedReader];
  const heard: string[] = [];
  const sink = {
    block: ({ json }: FeedBlock) => heard.push(JSON.parse(json)[0].value.path) > 0,
    reset: () => assert.fail('a place was lost'),
    snapshot: () => assert.fail('a machine has no snapshot'),
    gone: () => assert.fail('a feed was lost'),
  };
  assert.equal(await pull(one, sink), true);
  await bridge.send([put('a.md', 'a')]);
  // The pump, which the other moves on, has read the save by now.
  await pull(other, { ...sink, block: () => true });
  const following = follow(one, sink, 200, never);
  await bridge.send([put('b.md', 'b')]);
  await following;
  await pull(one, sink);
  assert.deepEqual(heard, ['a.md', 'b.md']);
  for (const reader of readers) reader[Symbol.dispose]();
});

test('what this process commits is handed on without a look into the log', async () => {
  await using world = await openRelay();
  const { id: machine } = await world.relay.machines.create(organisation, 'laptop', ada);
  const reads: string[] = [];
  const watched = storeWith(world.store, async (operation, call) => {
    reads.push(operation);
    return await call();
  });
  const process = createRelay({ store: watched });
  const bridge = await connectBridge(process, machine, { manifestDigest: unknownDigest });
  using one = await followed(process, { [`m.${machine}`]: 'now' });
  await eventsOf(one);
  for (const text of ['a', 'b']) {
    reads.length = 0;
    await bridge.send([put(`${text}.md`, text)]);
    assert.deepEqual(paths(await eventsOf(one)), [`${text}.md`]);
    assert.deepEqual(
      reads.filter((operation) => ['log', 'entries'].includes(operation)),
      [],
    );
  }
});

test('what another process committed meanwhile comes before what this one commits, also where its signal was lost', async () => {
  await using world = await openConnected();
  const { bridge, machine, store, subscription } = world;
  await bridge.send([put('a.md', 'a')]);
  assert.deepEqual(paths(await eventsOf(subscription)), ['a.md']);
  await appendElsewhere(store, machine, 'b.md');
  await bridge.send([put('c.md', 'c')]);
  const events = [...(await eventsOf(subscription)), ...(await eventsOf(subscription))];
  assert.deepEqual(paths(events), ['b.md', 'c.md']);
});

test('what was trimmed before this process has read it is lost, and said to be', async () => {
  await using world = await openConnected();
  const { machine, store, feed, subscription } = world;
  await eventsOf(subscription);
  const waited = subscription.read(10_000, never);
  for (const path of ['a.md', 'b.md']) await appendElsewhere(store, machine, path);
  await store.trim(machineShard(machine), EVENTS, { entriesMax: 0 });
  await store.commit(machineShard(machine), { signal: [EVENTS] });
  const { blocks, resets } = await waited;
  assert.deepEqual([blocks, resets.map((reset) => reset.feed)], [[], [feed]]);
});

test('what is committed while the log is being read is told once', async () => {
  await using world = await openRelay();
  const { id: machine } = await world.relay.machines.create(organisation, 'laptop', ada);
  const between = storeInBetween(world.store);
  const process = createRelay({ store: between.store });
  const bridge = await connectBridge(process, machine, { manifestDigest: unknownDigest });
  using one = await followed(process, { [`m.${machine}`]: 'now' });
  await eventsOf(one);
  const reading = Promise.withResolvers<void>();
  between.before('entries', async () => {
    reading.resolve();
    await bridge.send([put('b.md', 'b')]);
  });
  await world.store.commit(machineShard(machine), { signal: [EVENTS] });
  await reading.promise;
  const told: string[] = [];
  for (let page = 0; page < 3; page++) told.push(...paths(await eventsOf(one)));
  assert.deepEqual(told, ['b.md']);
});

test('a reader who was told more by another process is not sent back to the start by one that has not heard of it yet', async () => {
  await using world = await openConnected();
  const { relay, bridge, store, feed } = world;
  const late = createRelay({ store: storeWithoutSignals(store) });
  using _follower = await followed(late, { [feed]: 'now' });
  await bridge.send([put('a.md', 'a')]);
  const offset = await relay.feeds.now(reader, feed);
  await bridge.send([put('b.md', 'b')]);
  using subscription = await followed(late, { [feed]: offset });
  const page = await subscription.read(0, never);
  assert.deepEqual(page.resets, []);
  assert.deepEqual(paths(page.blocks.flatMap((block) => toldIn(feed, JSON.parse(block.json)))), ['b.md']);
});

test('a reader who comes while another is reading the log is not told that there is nothing', async () => {
  await using world = await openRelay();
  const { id: machine } = await world.relay.machines.create(organisation, 'laptop', ada);
  const between = storeInBetween(world.store);
  const process = createRelay({ store: between.store });
  const feeds = { [`m.${machine}`]: 'now' };
  using one = await followed(process, feeds);
  using two = await followed(process, feeds);
  const reading = Promise.withResolvers<void>();
  const release = Promise.withResolvers<void>();
  between.before('entries', () => {
    reading.resolve();
    return release.promise;
  });
  await appendElsewhere(world.store, machine, 'a.md');
  await world.store.commit(machineShard(machine), { signal: [EVENTS] });
  const first = eventsOf(one);
  await reading.promise;
  const second = eventsOf(two);
  setImmediate(release.resolve);
  assert.deepEqual([paths(await first), paths(await second)], [['a.md'], ['a.md']]);
});

test('a machine at its limit of documents keeps them up to date, and adds none', async () => {
  await using world = await openConnected();
  const { relay, bridge, machine, store, subscription } = world;
  await bridge.send([put('a.md', 'a')]);
  await pretendCounts(store, machine, limits.documentsPerMachineMax);
  await eventsOf(subscription);
  await assert.rejects(bridge.send([put('b.md', 'b')]), { code: 'body-invalid', detail: /200000 documents/ });
  assert.deepEqual(await eventsOf(subscription), [], 'nothing of the batch is kept');
  await bridge.send([put('a.md', 'changed')]);
  assert.deepEqual(paths(await eventsOf(subscription)), ['a.md']);
  await bridge.send([{ op: 'delete', project: 'project-one', path: 'a.md' }, put('b.md', 'b')]);
  const { items } = await relay.documents.list(organisation, machine, {}, { limit: 10 });
  assert.deepEqual(
    items.map((json) => JSON.parse(json).path),
    ['b.md'],
  );
});

/** Writes how many specs a machine is said to hold, in place of sending so many. */
async function pretendCounts(store: Store, machine: string, spec: number): Promise<void> {
  const shard = machineShard(machine);
  const row = await store.row(shard, SYNC.table, SYNC.key);
  assert.ok(row);
  const sync: SyncRow = { ...JSON.parse(row.value), counts: { 'project-one': { spec } } };
  await store.commit(shard, { put: [{ ...SYNC, value: JSON.stringify(sync) }] });
}
