/** The stream: resuming anywhere without a gap, saying so where that is not possible, and machines that come and go. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { limits } from '#contract/limits.ts';
import {
  ada,
  connectBridge,
  eventsOf,
  never,
  openConnected,
  openRelay,
  organisation,
  project,
  put,
  reader,
  sha256,
} from '../kit/relay.ts';

const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
const decode = (offset: string) => JSON.parse(Buffer.from(offset, 'base64url').toString());
const paths = (events: Awaited<ReturnType<typeof eventsOf>>) =>
  events.flatMap((event) => (event.type === 'document-put' ? [event.document.path] : []));

test('every offset that an event came with goes on right after it (S2)', async () => {
  await using world = await openConnected();
  const { relay, bridge } = world;
  for (const path of ['a.md', 'b.md', 'c.md']) await bridge.send([put(path, path)]);
  const { items } = await relay.stream.read(reader, '-1');
  for (const [index, { offset }] of items.entries()) {
    const rest = await relay.stream.read(reader, offset);
    assert.deepEqual(
      rest.items.map(({ json }) => json),
      items.slice(index + 1).map(({ json }) => json),
    );
    assert.equal(rest.reset, undefined);
  }
});

test('a reader from before the retained log, from the future, of another store or with a made-up place is told to begin again (S3)', async () => {
  await using world = await openConnected();
  await using other = await openConnected();
  const { relay, store, bridge, machine, subscription } = world;
  const { offset: early } = await relay.stream.read(reader, 'now');
  for (const path of ['a.md', 'b.md', 'c.md']) await bridge.send([put(path, path)]);
  const now = (await relay.stream.read(reader, 'now')).offset;
  const { h, l } = decode(now);
  const shifted = (by: number) =>
    l.map(([shard, generation, position]: [string, string, number]) => [shard, generation, position + by]);
  const foreign = (await other.relay.stream.read(reader, 'now')).offset;
  // Nobody follows any more: what the process remembered of the log is gone with them.
  subscription[Symbol.dispose]();
  await store.trim(`m:${machine}`, 'events', 1, limits.logAgeMsMax);
  for (const [why, offset] of Object.entries({
    trimmed: early,
    future: encode({ h, l: shifted(1) }),
    'another store': foreign,
    'no organisation': encode({ h, l: [] }),
    'another organisation': encode({ h, l: [['o:another', 'x', 1]] }),
    'another generation': encode({
      h,
      l: l.map(([shard, , position]: [string, string, number]) => [shard, 'forged', position]),
    }),
  })) {
    const read = await relay.stream.read(reader, offset);
    assert.equal(read.reset, true, why);
    assert.deepEqual(read.items, [], why);
    assert.equal((await relay.stream.read(reader, read.offset)).reset, undefined, why);
  }
  assert.equal((await relay.stream.read(reader, now)).reset, undefined);
});

test('what could never have been an offset is refused', async () => {
  await using world = await openConnected();
  for (const offset of [
    '',
    'x',
    'bm90IGpzb24',
    encode({}),
    encode({ h: 1, l: [] }),
    encode({ h: 'x', l: [['o:x', 'g', -1]] }),
    encode({ h: 'x', l: [['o:x', 'g', 1.5]] }),
    encode([]),
  ]) {
    await assert.rejects(world.relay.stream.read(reader, offset), { code: 'offset-invalid' }, offset);
  }
});

test('a reader hears of machines that are made later and of all that they tell, until they are removed', async () => {
  await using world = await openConnected();
  const { relay, subscription } = world;
  const waited = subscription.wait(10_000, never);
  const { id } = await relay.machines.create(organisation, 'second', ada);
  await waited;
  const second = await connectBridge(relay, id);
  await second.send([put('a.md', 'a')]);
  const events = await eventsOf(subscription);
  assert.deepEqual(
    events.map(({ type }) => type),
    ['machine-changed', 'machine-changed', 'document-put', 'machine-changed'],
  );
  assert.ok(events.every(({ machine }) => machine === id));
  await relay.machines.remove(organisation, 'second', ada);
  assert.deepEqual(
    (await eventsOf(subscription)).map(({ type }) => type),
    ['machine-removed'],
  );
  await assert.rejects(second.send([put('b.md', 'b')]), { code: 'machine-removed' });
  await assert.rejects(relay.machines.get(organisation, id), { code: 'machine-unknown' });
  assert.equal((await subscription.read()).reset, undefined);
});

test('a reader who names machines hears of those alone', async () => {
  await using world = await openConnected();
  const { relay, bridge, machine } = world;
  const second = await relay.machines.create(organisation, 'second', ada);
  const other = await connectBridge(relay, second.id);
  using named = await relay.stream.subscribe({ organisation, machines: [machine] }, 'now');
  await named.read();
  await other.send([put('theirs.md', 'x')]);
  await relay.machines.remove(organisation, second.id, ada);
  await bridge.send([put('ours.md', 'x')]);
  const events = await eventsOf(named);
  assert.deepEqual(paths(events), ['ours.md']);
  assert.ok(events.every((event) => event.machine === machine));
});

test('a thousand streams hear one save, each once', async () => {
  await using world = await openConnected();
  const { relay, bridge } = world;
  const subscriptions = await Promise.all(Array.from({ length: 1000 }, () => relay.stream.subscribe(reader, 'now')));
  for (const one of subscriptions) await one.read();
  const waits = Promise.all(subscriptions.map((one) => one.wait(10_000, never)));
  await bridge.send([put('a.md', 'a')]);
  await waits;
  for (const one of subscriptions) {
    assert.deepEqual(paths(await eventsOf(one)), ['a.md']);
    one[Symbol.dispose]();
  }
});

test('what comes between a read and the wait ends the wait at once', async () => {
  await using world = await openConnected();
  const { bridge, subscription } = world;
  await bridge.send([put('a.md', 'a')]);
  const began = performance.now();
  await subscription.wait(10_000, never);
  assert.ok(performance.now() - began < 1000);
  assert.deepEqual(paths(await eventsOf(subscription)), ['a.md']);
});

test('a long history comes in pages, in order, without loss', async () => {
  await using world = await openConnected();
  const { relay, bridge } = world;
  const sent = Array.from({ length: 1300 }, (_, index) => `${String(index).padStart(5, '0')}.md`);
  for (let start = 0; start < sent.length; start += 500) {
    await bridge.send(sent.slice(start, start + 500).map((path) => put(path, path)));
  }
  using subscription = await relay.stream.subscribe(reader, '-1');
  const first = await subscription.read();
  const read = paths(first.items.map(({ json }) => JSON.parse(json)));
  assert.equal(first.upToDate, false);
  assert.deepEqual([...read, ...paths(await eventsOf(subscription))], sent);
  using resumed = await relay.stream.subscribe(reader, first.items[99]?.offset ?? '');
  const before = paths(first.items.slice(0, 100).map(({ json }) => JSON.parse(json)));
  assert.deepEqual(paths(await eventsOf(resumed)), sent.slice(before.length));
});

test('a machine that falls silent goes offline after its time, once, and is online again with its next call (B15)', async () => {
  await using world = await openConnected();
  const { relay, bridge, machine, subscription, pass } = world;
  const status = async () => (await relay.machines.get(organisation, machine)).status;
  const events = async () =>
    (await eventsOf(subscription)).map((event) => event.type === 'machine-changed' && event.record.status);
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
  assert.ok(entries.every(({ value }) => JSON.parse(value).type === 'machine-changed'));
  assert.ok(await relay.documents.body(organisation, machine, first));
  await assert.rejects(relay.documents.body(organisation, machine, sha256('first')), { code: 'body-unknown' });
  await eventsOf(subscription);
  await pass(limits.machineKeptMs + 60 * 60_000 * 2);
  await pass(60 * 60_000 * 2);
  assert.ok((await eventsOf(subscription)).some(({ type }) => type === 'machine-removed'));
  await assert.rejects(relay.machines.get(organisation, machine), { code: 'machine-unknown' });
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

test('a page stays small for a reader of hundreds of machines, whose offsets are long', async () => {
  await using world = await openRelay();
  const { relay } = world;
  for (let number = 0; number < 300; number++) await relay.machines.create(organisation, `m${number}`, ada);
  using subscription = await relay.stream.subscribe(reader, '-1');
  let events = 0;
  let largest = 0;
  for (let isRead = false; !isRead; ) {
    const page = await subscription.read();
    events += page.items.length;
    largest = Math.max(
      largest,
      page.items.reduce((sum, { json, offset }) => sum + json.length + offset.length, 0),
    );
    isRead = page.upToDate;
  }
  assert.equal(events, 300);
  assert.ok(largest < limits.streamBacklogBytesMax + 64 * 1024, `${largest} units in one page`);
});
