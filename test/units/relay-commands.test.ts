/** The life of a command at the relay: sent once, leased, renewed, lost, cancelled, expired, settled, settled late. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { commandLife, commandStates, isSettled } from '#contract/command-life.ts';
import { limits } from '#contract/limits.ts';
import {
  ada,
  connectBridge,
  eventsOf,
  never,
  openConnected,
  openRelay,
  organisation,
  reader,
  sendCommand,
  someone,
} from '../kit/relay.ts';

const code = (expected: string) => ({ code: expected });
const LEASE = limits.leaseMs;
const long = { expiresInSeconds: 3600 };

test('a command goes to the bridge, its result comes back, and people see each step (B11)', async () => {
  await using world = await openConnected();
  const { relay, bridge, machine, subscription } = world;
  const { id, state } = await sendCommand(relay, 'laptop', {
    args: { project: 'project-one', document: 'a.md', n: 1 },
  });
  assert.equal(state, 'queued');
  const { commands } = await bridge.poll();
  assert.deepEqual(
    commands.map((one) => [one.id, one.args.document, one.by]),
    [[id, 'a.md', 'Ada']],
  );
  assert.equal(await bridge.settle(id, commands[0]?.lease ?? ''), 'ok');
  const record = await relay.commands.get(reader, machine, id);
  assert.deepEqual(
    record.receipts.map((receipt) => receipt.state),
    ['queued', 'delivered', 'done'],
  );
  assert.deepEqual([record.result, record.about], [{ ok: true }, { project: 'project-one', document: 'a.md' }]);
  const seen = (await eventsOf(subscription)).flatMap((one) => (one.command === undefined ? [] : [one.command.state]));
  assert.deepEqual(seen, ['queued', 'delivered', 'done']);
  assert.deepEqual(
    (await relay.commands.list(reader, machine, { limit: 10 })).items.map((one) => one.id),
    [id],
  );
});

test('of a relay that was put back nobody hears that a command is done before the machine has connected to that one (B13)', async () => {
  await using world = await openConnected();
  const { relay, store, bridge, machine } = world;
  const { id } = await sendCommand(relay, 'laptop');
  const lease = (await bridge.poll()).commands[0]?.lease ?? '';
  await store.rehandle();
  await assert.rejects(bridge.settle(id, lease), code('resync'));
  assert.equal((await relay.commands.get(reader, machine, id)).state, 'delivered');
  const next = await connectBridge(relay, machine);
  assert.equal(await next.settle(id, lease), 'ok');
});

test('the event of a command that is done carries a small result, and no large one (C14)', async () => {
  await using world = await openConnected();
  const { relay, bridge, machine, subscription } = world;
  const large = 'x'.repeat(limits.commandResultToldBytesMax);
  for (const result of [{ rev: 'a' }, { large }]) {
    const { id } = await sendCommand(relay, 'laptop');
    const lease = (await bridge.poll()).commands.find((command) => command.id === id)?.lease ?? '';
    await bridge.settle(id, lease, { result });
    assert.deepEqual((await relay.commands.get(reader, machine, id)).result, result);
  }
  const told = (await eventsOf(subscription)).flatMap(({ command }) => (command?.state === 'done' ? [command] : []));
  assert.deepEqual(
    told.map(({ result }) => result),
    [{ rev: 'a' }, undefined],
  );
});

test('commands are listed by what they are about (C14)', async () => {
  await using world = await openConnected();
  const { relay } = world;
  const send = (document: string) => sendCommand(relay, 'laptop', { args: { project: 'project-one', document } });
  const [a] = [await send('a.md'), await send('b.md')];
  const listed = async (about: Record<string, string>) =>
    (await relay.commands.list(reader, 'laptop', { limit: 10, about })).items.map(({ id }) => id);
  assert.deepEqual(await listed({ document: 'a.md' }), [a.id]);
  assert.deepEqual(await listed({ document: 'a.md', project: 'project-two' }), []);
  assert.deepEqual(await listed({ constructor: 'a.md' }), []);
  assert.equal((await listed({ project: 'project-one' })).length, 2);
});

test('a held poll is woken by a command, and two waits by its result (B8, C6)', async () => {
  await using world = await openConnected();
  const { relay, bridge } = world;
  const polled = bridge.poll({ waitSeconds: 20 });
  const { id } = await sendCommand(relay, 'laptop');
  const waits = [1, 2].map(() => relay.commands.wait(reader, 'laptop', id, 20_000, never));
  const { commands } = await polled;
  await bridge.settle(id, commands[0]?.lease ?? '');
  for (const record of await Promise.all(waits)) assert.equal(record.state, 'done');
});

test('a lost answer costs one poll, not a lease: the same epoch that asks again gets the same lease (B9)', async () => {
  await using world = await openConnected();
  const { relay, bridge } = world;
  await sendCommand(relay, 'laptop');
  const first = await bridge.poll();
  const again = await bridge.poll();
  assert.equal(again.commands[0]?.lease, first.commands[0]?.lease);
  assert.deepEqual((await bridge.poll({ after: again.after })).commands, []);
});

test('what a bridge holds is renewed, also by the next epoch of the same machine (B9)', async () => {
  await using world = await openConnected();
  const { relay, bridge, machine, pass } = world;
  const { id } = await sendCommand(relay, 'laptop', long);
  const { commands, after } = await bridge.poll();
  const holding = [{ id, lease: commands[0]?.lease ?? '' }];
  for (let turn = 0; turn < 3; turn++) {
    await pass(LEASE - 20_000);
    assert.deepEqual((await bridge.poll({ after, holding })).commands, []);
  }
  const next = await connectBridge(relay, machine);
  await next.poll({ after, holding });
  await pass(LEASE - 1000);
  assert.equal((await relay.commands.get(reader, machine, id)).state, 'delivered');
  assert.equal(await next.settle(id, holding[0]?.lease ?? ''), 'ok');
});

test('a lost lease is offered three times, then the outcome is unknown, and a late result replaces that (B10)', async () => {
  await using world = await openConnected();
  const { relay, bridge, pass } = world;
  const { id } = await sendCommand(relay, 'laptop', long);
  let after = 0;
  const leases: string[] = [];
  for (let turn = 0; turn < limits.leasesMax; turn++) {
    const answer = await bridge.poll({ after });
    after = answer.after;
    leases.push(answer.commands[0]?.lease ?? '');
    await pass(LEASE);
  }
  assert.equal(new Set(leases).size, 3);
  assert.equal((await relay.commands.get(reader, 'laptop', id)).state, 'unknown');
  assert.deepEqual((await bridge.poll({ after })).commands, []);
  assert.equal(
    await bridge.settle(id, leases[0] ?? '', { state: 'failed', problem: { code: 'conflict', title: 'x' } }),
    'ok',
  );
  assert.equal(await bridge.settle(id, leases[0] ?? ''), 'dup');
  const { state, receipts, problem } = await relay.commands.get(reader, 'laptop', id);
  assert.equal(state, 'failed');
  assert.equal(problem?.code, 'conflict');
  assert.deepEqual(
    receipts.slice(-2).map((one) => one.state),
    ['unknown', 'failed'],
  );
});

test('what nobody took in time has expired; what was with the machine is unknown (C5)', async () => {
  await using world = await openConnected();
  const { relay, bridge, pass } = world;
  const taken = await sendCommand(relay, 'laptop');
  await bridge.poll();
  const left = await sendCommand(relay, 'laptop');
  await pass(limits.commandExpiryMs);
  assert.equal((await relay.commands.get(reader, 'laptop', taken.id)).state, 'unknown');
  assert.equal((await relay.commands.get(reader, 'laptop', left.id)).state, 'expired');
  assert.deepEqual((await bridge.poll()).commands, []);
  assert.equal(await bridge.settle(left.id, '1.1'), 'dup');
});

test('a waiting command is cancelled at once; one with the machine is asked for, told once, and ends as the bridge says (B12)', async () => {
  await using world = await openConnected();
  const { relay, bridge } = world;
  const waiting = await sendCommand(relay, 'laptop');
  assert.equal((await relay.commands.cancel(reader, 'laptop', waiting.id, ada)).state, 'cancelled');
  const { id } = await sendCommand(relay, 'laptop');
  const { commands, after } = await bridge.poll();
  const held = bridge.poll({ after, waitSeconds: 20 });
  const asked = await relay.commands.cancel(reader, 'laptop', id, ada);
  assert.deepEqual([asked.state, asked.cancelAsked], ['delivered', true]);
  assert.deepEqual((await held).cancel, [id]);
  const quiet = new AbortController();
  const next = relay.bridge.poll(
    bridge.machine,
    { epoch: bridge.epoch, after, holding: [], waitSeconds: 20 },
    quiet.signal,
  );
  quiet.abort();
  assert.deepEqual((await next).commands, []);
  assert.equal(await bridge.settle(id, commands[0]?.lease ?? '', { state: 'cancelled' }), 'ok');
  await assert.rejects(relay.commands.cancel(reader, 'laptop', `${waiting.id}x`, ada), code('command-unknown'));
  const done = await sendCommand(relay, 'laptop');
  await bridge.settle(done.id, '1.1');
  await assert.rejects(relay.commands.cancel(reader, 'laptop', done.id, ada), code('not-cancellable'));
});

test('the same id and content is the same command, a hundred times at once; other content is refused (C1)', async () => {
  await using world = await openConnected();
  const { relay, machine, bridge } = world;
  const request = { id: 'chosen-id-1', args: { a: 1, b: { c: 2, d: [3] } } };
  const records = await Promise.all(Array.from({ length: 100 }, () => sendCommand(relay, machine, request)));
  assert.deepEqual([...new Set(records.map(({ id }) => id))], ['chosen-id-1']);
  assert.equal((await bridge.poll()).commands.length, 1);
  await sendCommand(relay, machine, { id: 'chosen-id-1', args: { b: { d: [3], c: 2 }, a: 1 } });
  await assert.rejects(sendCommand(relay, machine, { ...request, args: { a: 2 } }), code('id-reused'));
  const other = await relay.machines.create(organisation, 'other', ada);
  const elsewhere = await sendCommand(relay, other.id, { ...request, args: { a: 2 }, whenOffline: 'queue' });
  assert.equal(elsewhere.machine, other.id, 'an id is one of its machine');
});

test('an offline machine takes no commands but those that may wait, and gets them when it is back (C4)', async () => {
  await using world = await openConnected();
  const { relay, machine, bridge, pass } = world;
  await relay.bridge.bye(machine, { epoch: bridge.epoch });
  await assert.rejects(sendCommand(relay, machine, { id: 'refused-1' }), code('machine-unavailable'));
  await assert.rejects(relay.commands.get(reader, machine, 'refused-1'), code('command-unknown'));
  const { id } = await sendCommand(relay, machine, { id: 'refused-1', whenOffline: 'queue' });
  await pass(limits.commandExpiryMs * 10);
  const again = await connectBridge(relay, machine);
  assert.deepEqual(
    (await again.poll({ after: 50 })).commands.map((one) => one.id),
    [id],
  );
});

test('a machine is only asked for what it can do, and only so much at once', async () => {
  await using world = await openConnected();
  const { relay, machine } = world;
  await assert.rejects(sendCommand(relay, machine, { kind: 'unheard-of' }), code('kind-unsupported'));
  for (let sent = 0; sent < limits.commandsQueuedMax; sent++) {
    await sendCommand(relay, machine, {}, { by: someone(sent % 20) });
  }
  await assert.rejects(sendCommand(relay, machine), code('queue-full'));
});

test('commands are listed newest first, page by page, and by state', async () => {
  await using world = await openConnected();
  const { relay, machine } = world;
  const ids: string[] = [];
  for (let sent = 0; sent < 5; sent++) ids.unshift((await sendCommand(relay, machine)).id);
  await relay.commands.cancel(reader, machine, ids[1] ?? '', ada);
  const listed: string[] = [];
  let after: string | undefined;
  do {
    const page = await relay.commands.list(reader, machine, {
      limit: 2,
      ...(after === undefined ? {} : { after }),
    });
    listed.push(...page.items.map(({ id }) => id));
    after = page.next;
  } while (after !== undefined);
  assert.deepEqual(listed, ids);
  const cancelled = await relay.commands.list(reader, machine, { limit: 2, state: 'cancelled' });
  assert.deepEqual(
    cancelled.items.map(({ id }) => id),
    [ids[1]],
  );
});

test('nobody of another organisation finds a command or a machine', async () => {
  await using world = await openConnected();
  const { relay, machine } = world;
  const { id } = await sendCommand(relay, machine);
  await assert.rejects(
    relay.commands.get({ ...reader, organisation: 'another-org' }, machine, id),
    code('machine-unknown'),
  );
  await assert.rejects(
    relay.commands.cancel({ ...reader, organisation: 'another-org' }, machine, id, ada),
    code('machine-unknown'),
  );
  await assert.rejects(relay.machines.get('another-org', machine), code('machine-unknown'));
  await assert.rejects(relay.documents.list('another-org', machine, {}, { limit: 1 }), code('machine-unknown'));
});

test('a settled command is forgotten after its time, with its args and its id', async () => {
  await using world = await openConnected();
  const { relay, machine, bridge, store, pass } = world;
  const { id } = await sendCommand(relay, machine, { id: 'chosen-id-1', args: { secret: 'x' } });
  await bridge.settle(id, '1.1');
  await pass(limits.commandKeptMs);
  await assert.rejects(relay.commands.get(reader, machine, id), code('command-unknown'));
  for (const table of ['commands', 'command-args', 'command-results', 'commands-newest', 'commands-live']) {
    assert.equal(await store.count(`m:${machine}`, table), 0, table);
  }
});

test('a very large command travels alone, and the next one after it', async () => {
  await using world = await openConnected();
  const { relay, machine, bridge } = world;
  const args = { text: 'x'.repeat(900_000) };
  const sent = [await sendCommand(relay, machine, { args }), await sendCommand(relay, machine, { args })];
  const first = await bridge.poll();
  const second = await bridge.poll({
    after: first.after,
    holding: first.commands.map(({ id, lease }) => ({ id, lease })),
  });
  assert.deepEqual(
    [...first.commands, ...second.commands].map(({ id }) => id),
    sent.map(({ id }) => id),
  );
  assert.equal(first.commands.length, 1);
});

test("a bridge cannot make the relay hold another epoch's command twice by telling nonsense", async () => {
  await using world = await openRelay();
  const { relay } = world;
  const { id: machine } = await relay.machines.create(organisation, 'laptop', ada);
  const nonsense = { handle: relay.handle, epoch: Number.MAX_VALUE, seq: 3 };
  const bridge = await connectBridge(relay, machine, { acknowledged: nonsense });
  const next = await connectBridge(relay, machine, { acknowledged: nonsense });
  assert.equal(next.epoch, bridge.epoch + 1);
});

test('five hundred commands sent at once to one machine all arrive', async () => {
  await using world = await openConnected();
  const { relay, machine, bridge } = world;
  const sent = await Promise.all(
    Array.from({ length: 500 }, (_, index) => sendCommand(relay, machine, {}, { by: someone(index % 10) })),
  );
  const { commands } = await bridge.poll();
  assert.deepEqual(commands.map(({ id }) => id).toSorted(), sent.map(({ id }) => id).toSorted());
});

test('a problem of the machine that is none, or is endless, is replaced by one that says so', async () => {
  await using world = await openConnected();
  const { relay, bridge, machine } = world;
  for (const problem of [undefined, 'text', { code: 'x', title: 'x'.repeat(100_000) }]) {
    const { id } = await sendCommand(relay, machine);
    await bridge.settle(id, '1.1', { state: 'failed', problem });
    assert.equal((await relay.commands.get(reader, machine, id)).problem?.code, 'command-failed');
  }
});

test('no event moves a final state but a late result, or the word that it was never begun, that replaces unknown (C9)', () => {
  for (const state of commandStates.filter((one) => isSettled(one) && one !== 'unknown')) {
    assert.deepEqual([...new Set(Object.values(commandLife[state]))], [state]);
  }
  const late = Object.entries(commandLife.unknown).filter(([, next]) => next !== 'unknown');
  const { expire, ...settled } = Object.fromEntries(late);
  assert.equal(expire, 'expired');
  assert.ok(Object.entries(settled).every(([event, next]) => event === `settle-${next}`));
});
