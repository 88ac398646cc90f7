/** Feeds: resuming anywhere without a gap, saying so where that is not possible, and machines that come and go. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { limits } from '#contract/limits.ts';
import { createOrganisations } from '../../api/identity/organisations.ts';
import type { FeedBlock } from '../../api/relay/feeds/pump.ts';
import type { Subscription } from '../../api/relay/relay.ts';
import { EVENTS } from '../../api/relay/rows.ts';
import { organisationShard } from '../../api/store/shards.ts';
import { eventually } from '../kit/eventually.ts';
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
  sha256,
} from '../kit/relay.ts';

const paths = (events: Awaited<ReturnType<typeof eventsOf>>) =>
  events.flatMap(({ op, document }) => (op === 'put' && document !== undefined ? [document.path] : []));

/** All that there is to read from an offset of one feed. */
async function readFrom(relay: Parameters<typeof followed>[0], feed: string, offset: string) {
  using subscription = await followed(relay, { [feed]: offset });
  const blocks: FeedBlock[] = [];
  const resets: { feed: string; offset: string }[] = [];
  for (;;) {
    const page = await subscription.read(0, never);
    resets.push(...page.resets);
    if (page.blocks.length === 0) return { blocks, resets, offsets: page.offsets };
    blocks.push(...page.blocks);
  }
}

test('every offset that an event came with goes on right after it (S2)', async () => {
  await using world = await openConnected();
  const { relay, bridge, feed } = world;
  for (const path of ['a.md', 'b.md', 'c.md']) await bridge.send([put(path, path)]);
  const { blocks } = await readFrom(relay, feed, '-1');
  assert.ok(blocks.length >= 3);
  for (const [index, { offset }] of blocks.entries()) {
    const rest = await readFrom(relay, feed, offset);
    assert.deepEqual(
      rest.blocks.map(({ json }) => json),
      blocks.slice(index + 1).map(({ json }) => json),
    );
    assert.deepEqual(rest.resets, []);
  }
});

test('a place before the retained log, from the future, of another store or made up is lost, in that feed alone (S3)', async () => {
  await using world = await openConnected();
  await using other = await openConnected();
  const { relay, store, bridge, machine, feed, subscription } = world;
  await bridge.send([put('0.md', '0')]);
  const early = await relay.feeds.now(reader, feed);
  for (const path of ['a.md', 'b.md', 'c.md']) await bridge.send([put(path, path)]);
  await other.bridge.send([put('a.md', 'a')]);
  const now = await relay.feeds.now(reader, feed);
  const [tag = '', position = ''] = now.split('.');
  const foreign = await other.relay.feeds.now(reader, other.feed);
  const o = await relay.feeds.now(reader, 'o');
  // Nobody follows any more: what the process remembered of the log is gone with them.
  subscription[Symbol.dispose]();
  await store.trim(`m:${machine}`, 'events', { entriesMax: 1 });
  for (const [why, offset] of Object.entries({
    trimmed: early,
    future: `${tag}.${Number(position) + 1}`,
    'another store': `${foreign.split('.')[0]}.${position}`,
    'another feed': `${o.split('.')[0]}.${position}`,
    'made up': `forged.${position}`,
    'a start that is gone': '0.0',
  })) {
    using both = await followed(relay, { [feed]: offset, o });
    const { blocks, resets } = await both.read(0, never);
    assert.deepEqual([blocks, resets], [[], [{ feed, offset: now }]], why);
    assert.deepEqual((await readFrom(relay, feed, resets[0]?.offset ?? '')).resets, [], why);
  }
  assert.deepEqual((await readFrom(relay, feed, now)).resets, []);
});

test('a feed that nobody has, or that is not the reader’s, is gone on a stream and refused by itself', async () => {
  await using world = await openConnected();
  const codes = {
    'c.record': 'channel-unknown',
    'o.another': 'feed-unknown',
    'p.somebody': 'feed-unknown',
    'm.x': 'machine-unknown',
  };
  for (const [feed, code] of Object.entries(codes))
    await assert.rejects(world.relay.feeds.now(reader, feed), { code }, feed);
  using unknown = await followed(world.relay, Object.fromEntries(Object.keys(codes).map((feed) => [feed, 'now'])));
  assert.deepEqual(new Set((await unknown.read(0, never)).gone), new Set(Object.keys(codes)));
  const stranger = { ...reader, organisation: 'another-org' };
  using foreign = await world.relay.feeds.open(stranger, new Map([[world.feed, 'now']]));
  assert.deepEqual(await foreign.read(0, never), {
    blocks: [],
    resets: [],
    snapshots: [],
    gone: [world.feed],
    offsets: {},
  });
  await assert.rejects(world.relay.feeds.snapshot(stranger, world.feed, { limit: 10 }), { code: 'machine-unknown' });
});

test('a reader of all hears of machines that are made later and of all that they tell, until they are removed (S9)', async () => {
  await using world = await openConnected();
  const { relay } = world;
  using subscription = await relay.feeds.open(reader, new Map([['o', 'now']]), { all: true });
  const waited = subscription.read(10_000, never);
  const { id } = await relay.machines.create(organisation, 'second', ada);
  assert.equal((await waited).blocks.length, 1);
  const second = await connectBridge(relay, id);
  await second.send([put('a.md', 'a')]);
  const events = await eventsOf(subscription);
  assert.deepEqual(events.map(({ feed, item }) => `${feed === 'o' ? 'o' : 'm'} ${item}`).toSorted(), [
    'm document',
    'o machine',
    'o machine',
  ]);
  await relay.machines.remove(organisation, 'second', ada);
  assert.deepEqual(
    (await eventsOf(subscription)).map(({ op, item, key }) => [op, item, key]),
    [['delete', 'machine', id]],
  );
  await assert.rejects(second.send([put('b.md', 'b')]), { code: 'machine-removed' });
  await assert.rejects(relay.machines.get(organisation, id), { code: 'machine-unknown' });
  assert.deepEqual(Object.keys(subscription.offsets()).toSorted(), [world.feed, 'o'].toSorted());
});

test('a machine that is removed while its feed is followed is gone for the reader, and nothing else is (S10)', async () => {
  await using world = await openConnected();
  const { relay, bridge, feed, machine } = world;
  const { id } = await relay.machines.create(organisation, 'second', ada);
  const kept = await connectBridge(relay, id);
  await bridge.send([put('a.md', 'a')]);
  using named = await followed(relay, { [feed]: 'now', [`m.${id}`]: 'now' });
  await eventsOf(named);
  const waited = named.read(10_000, never);
  await relay.machines.remove(organisation, machine, ada);
  const { blocks, resets, gone } = await waited;
  assert.deepEqual([blocks, resets, gone], [[], [], [feed]]);
  await kept.send([put('b.md', 'b')]);
  assert.deepEqual(paths(await eventsOf(named)), ['b.md']);
});

test('a reader of one machine hears of that one alone', async () => {
  await using world = await openConnected();
  const { relay, bridge, subscription } = world;
  const second = await relay.machines.create(organisation, 'second', ada);
  const other = await connectBridge(relay, second.id);
  using named = await followed(relay, { [world.feed]: 'now' });
  await other.send([put('theirs.md', 'x')]);
  await relay.machines.remove(organisation, second.id, ada);
  await bridge.send([put('ours.md', 'x')]);
  assert.deepEqual(paths(await eventsOf(named)), ['ours.md']);
  assert.deepEqual(paths(await eventsOf(subscription)), ['ours.md']);
});

/** What a reader is handed while it follows, until disposed. */
function listen(subscription: Subscription, take: (block: FeedBlock) => boolean = () => true) {
  const blocks: FeedBlock[] = [];
  const stop = new AbortController();
  const sink = {
    block: (block: FeedBlock) => {
      blocks.push(block);
      return take(block);
    },
    gone: () => assert.fail('gone'),
    reset: () => assert.fail('a place was lost'),
    snapshot: () => assert.fail('a machine has no snapshot'),
  };
  const running = subscription.run(sink, 60_000, stop.signal);
  return { blocks, running, stop: () => stop.abort(), sink };
}

test('a thousand streams hear one save, each once, and all of them as the same block', async () => {
  await using world = await openConnected();
  const { relay, bridge, feed } = world;
  const subscriptions = await Promise.all(Array.from({ length: 1000 }, () => followed(relay, { [feed]: 'now' })));
  const heard = subscriptions.map((one) => listen(one));
  await bridge.send([put('a.md', 'a')]);
  await eventually(() => heard.every(({ blocks }) => blocks.length === 1));
  assert.equal(new Set(heard.map(({ blocks }) => blocks[0])).size, 1);
  for (const { stop } of heard) stop();
  await Promise.all(heard.map(({ running }) => running));
  for (const one of subscriptions) one[Symbol.dispose]();
});

test('what comes between a read and the wait ends the wait at once', async () => {
  await using world = await openConnected();
  const { bridge, subscription } = world;
  await bridge.send([put('a.md', 'a')]);
  const began = performance.now();
  const { blocks } = await subscription.read(10_000, never);
  assert.ok(performance.now() - began < 1000);
  assert.ok(blocks.some(({ feed }) => feed === world.feed));
});

test('a reader that can take no more is left alone from then on, also where one event comes after the other (S6)', async () => {
  await using world = await openConnected();
  const { bridge, subscription } = world;
  await bridge.send([put('a.md', 'first')]);
  await eventsOf(subscription);
  const taken: string[] = [];
  const full = {
    block: ({ offset }: FeedBlock) => taken.push(offset) === 0,
    reset: () => assert.fail('a place was lost'),
    snapshot: () => assert.fail('a machine has no snapshot'),
    gone: () => assert.fail('a feed was lost'),
  };
  const running = subscription.run(full, 20_000, never);
  // By then it has nothing left to pull, and is handed what comes.
  for (let turn = 0; turn < 100; turn++) await setImmediate();
  // The file is known: it makes one event in one feed, and nothing more is there to be pulled.
  await bridge.send([put('a.md', 'second')]);
  assert.equal(await running, false);
  await bridge.send([put('a.md', 'third')]);
  assert.equal(taken.length, 1);
});

test('a reader that can take no more pulls the rest later, at its own pace and in order', async () => {
  await using world = await openConnected();
  const { relay, bridge, feed } = world;
  using subscription = await followed(relay, { [feed]: 'now' });
  const slow = listen(subscription, () => false);
  const sent = Array.from({ length: 20 }, (_, index) => `${index}.md`);
  for (const path of sent) await bridge.send([put(path, path)]);
  assert.equal(await slow.running, false);
  assert.equal(slow.blocks.length, 1, 'nothing is handed over that was not asked for');
  const rest = await eventsOf(subscription);
  assert.deepEqual([...slow.blocks.map(({ json }) => JSON.parse(json)[0].value.path), ...paths(rest)], sent);
});

test('a long history comes in pages, in order, without loss', async () => {
  await using world = await openConnected();
  const { relay, bridge, feed } = world;
  const sent = Array.from({ length: 300 }, (_, index) => `${String(index).padStart(5, '0')}.md`);
  for (const path of sent) await bridge.send([put(path, path, { note: 'x'.repeat(3000) })]);
  using subscription = await followed(relay, { [feed]: '-1' });
  const first = await subscription.read(0, never);
  const size = first.blocks.reduce((sum, { json }) => sum + json.length, 0);
  assert.ok(size < 320 * 1024, `${size} units in one page`);
  const read = first.blocks.map(({ json }) => JSON.parse(json)[0].value.path);
  assert.ok(read.length < sent.length);
  assert.deepEqual([...read, ...paths(await eventsOf(subscription))], sent);
});

test('an event of a document has its bytes and little more, however many machines there are', async () => {
  await using world = await openConnected();
  const { relay, bridge, feed } = world;
  for (let number = 0; number < 200; number++) await relay.machines.create(organisation, `m${number}`, ada);
  using subscription = await relay.feeds.open(reader, new Map([['o', 'now']]), { all: true });
  await bridge.send([put('specs/001-a/README.md', 'a', { status: 'planned', tags: ['one', 'two'] })]);
  const { blocks } = await subscription.read(10_000, never);
  const [block] = blocks.filter((one) => one.feed === feed);
  assert.ok(block);
  const document = JSON.stringify(JSON.parse(block.json)[0].value);
  assert.ok(block.json.length < document.length + 200, `${block.json.length} units for ${document.length}`);
  assert.ok(block.offset.length < 40);
});

test('a machine’s change is told where the process was killed before it could tell', async () => {
  await using world = await openConnected();
  const { relay, store, machine, pass } = world;
  using subscription = await followed(relay, { o: 'now' });
  const row = await store.row(`m:${machine}`, 'machine', 'record');
  assert.ok(row);
  // What a rename commits, without the step after it.
  await store.commit(`m:${machine}`, {
    put: [{ table: 'machine', key: 'record', value: JSON.stringify({ ...JSON.parse(row.value), name: 'studio' }) }],
    due: [{ id: 'tell', at: store.now() + 1 }],
  });
  assert.deepEqual(await eventsOf(subscription), []);
  await pass(10);
  assert.deepEqual(
    (await eventsOf(subscription)).map((told) => told.machine?.name),
    ['studio'],
  );
  await pass(10_000);
  assert.deepEqual(await eventsOf(subscription), [], 'once');
});

test('a machine that falls silent goes offline after its time, once, and is online again with its next call (B15)', async () => {
  await using world = await openConnected();
  const { relay, bridge, machine, subscription, pass } = world;
  const status = async () => (await relay.machines.get(organisation, machine)).status;
  const events = async () => (await eventsOf(subscription)).map(({ machine: told }) => told?.status);
  await pass(limits.presenceMs - 1000);
  assert.equal(await status(), 'online');
  await bridge.poll();
  await pass(limits.presenceMs - 1000);
  assert.deepEqual([await status(), await events()], ['online', []]);
  const before = relay.now();
  await pass(2000);
  assert.deepEqual([await status(), await events()], ['offline', ['offline']]);
  const record = await relay.machines.get(organisation, machine);
  assert.ok(Date.parse(record.lastSeenAt ?? '') < before && Date.parse(record.statusSince) > before);
  await bridge.poll();
  assert.deepEqual([await status(), await events()], ['online', ['online']]);
  await relay.bridge.bye(machine, { epoch: bridge.epoch });
  await pass(limits.presenceMs * 2);
  assert.deepEqual([await status(), await events()], ['offline', ['offline']]);
});

test('an old log is trimmed, bodies that nobody holds go, and a machine that is never heard of again leaves', async () => {
  await using world = await openConnected();
  const { relay, bridge, machine, store, subscription, pass } = world;
  await bridge.send([put('a.md', 'first')]);
  await bridge.send([put('a.md', 'second')]);
  const first = (await relay.documents.get(organisation, machine, project, 'a.md')).document.rev;
  for (let day = 0; day < 8; day++) {
    await pass(24 * 60 * 60_000);
    await bridge.poll();
  }
  const { entries } = await store.entries(`m:${machine}`, 'events', 0, 100);
  assert.deepEqual(entries, []);
  assert.ok(await relay.documents.body(organisation, machine, first));
  await assert.rejects(relay.documents.body(organisation, machine, sha256('first')), { code: 'body-unknown' });
  await eventsOf(subscription);
  await pass(limits.machineKeptMs + 60 * 60_000 * 2);
  await pass(60 * 60_000 * 2);
  assert.ok((await eventsOf(subscription)).some(({ op, item }) => op === 'delete' && item === 'machine'));
  await assert.rejects(relay.machines.get(organisation, machine), { code: 'machine-unknown' });
});

test('an organisation without any machine keeps no more of its events than others', async () => {
  await using world = await openRelay();
  const { relay, store, pass } = world;
  const own = await createOrganisations(store).ensureOwner('Ada');
  const { id } = await relay.machines.create(own.organisation, 'laptop', ada);
  await relay.machines.remove(own.organisation, id, ada);
  const shard = organisationShard(own.organisation);
  assert.equal((await store.entries(shard, EVENTS, 0, 10)).entries.length, 2);
  for (let day = 0; day < 8; day++) await pass(24 * 60 * 60_000);
  assert.deepEqual((await store.entries(shard, EVENTS, 0, 10)).entries, []);
});

test('machines are found by id, or by a name that only one has', async () => {
  await using world = await openRelay();
  const { machines } = world.relay;
  const one = await machines.create(organisation, 'one', ada);
  const two = await machines.create(organisation, 'two', ada);
  assert.equal((await machines.get(organisation, 'one')).id, one.id);
  assert.equal((await machines.rename(organisation, 'one', 'two', ada)).name, 'two');
  await assert.rejects(machines.get(organisation, 'two'), { code: 'machine-ambiguous' });
  assert.equal((await machines.get(organisation, two.id)).status, 'never');
  await assert.rejects(machines.get(organisation, 'one'), { code: 'machine-unknown' });
  const first = await machines.list(organisation, { limit: 1 });
  const rest = await machines.list(organisation, { limit: 10, after: first.next ?? '' });
  assert.deepEqual(
    [...first.items, ...rest.items].map(({ id }) => id),
    [one.id, two.id].toSorted(),
  );
});

test("people's name for a machine stands until its owner gives it another on the machine", async () => {
  await using world = await openConnected();
  const { relay, machine } = world;
  await relay.machines.rename(organisation, machine, 'studio', ada);
  await connectBridge(relay, machine);
  assert.equal((await relay.machines.get(organisation, machine)).name, 'studio');
  await connectBridge(relay, machine, { name: 'attic' });
  assert.equal((await relay.machines.get(organisation, machine)).name, 'attic');
});

test('a removal that was cut off is finished by the sweep', async () => {
  await using world = await openConnected();
  const { bridge, machine, store, pass } = world;
  await bridge.send([put('a.md', 'a')]);
  await store.commit(`o:${organisation}`, {
    delete: [{ table: 'machines', key: machine }],
    due: [{ id: `removal:${machine}`, at: store.now() + 1 }],
  });
  await pass(1);
  assert.equal(await store.count(`m:${machine}`, `documents:${project}`), 0);
  assert.equal(await store.count(`m:${machine}`, 'machine'), 0);
});
