/** What the core does with rows that it cannot read, and with those of the release before. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { limits } from '#contract/limits.ts';
import { RECORD } from '../../api/relay/rows.ts';
import { machineShard, organisationShard } from '../../api/store/shards.ts';
import type { Store } from '../../api/store/store.ts';
import {
  ada,
  connectBridge,
  openConnected,
  openRelay,
  organisation,
  project,
  put,
  reader,
  sendCommand,
} from '../kit/relay.ts';

const page = { limit: 100 };

async function ruin(store: Store, shard: string, table: string, key: string): Promise<void> {
  await store.commit(shard, { put: [{ table, key, value: '{"summary":7}' }] });
}

test('a machine that cannot be read is left out of lists, its bridge is refused, and the others are swept', async () => {
  await using world = await openRelay();
  const { relay, store } = world;
  const { id: lost } = await relay.machines.create(organisation, 'lost', ada);
  const { id: kept } = await relay.machines.create(organisation, 'kept', ada);
  const bridge = await connectBridge(relay, kept);
  await store.commit(machineShard(lost), { put: [{ ...RECORD, value: 'no JSON' }] });
  const { items } = await relay.machines.list(organisation, page);
  assert.deepEqual(
    items.map(({ name }) => name),
    ['kept'],
  );
  assert.equal(await relay.machines.resolve(organisation, 'kept'), kept);
  await ruin(store, organisationShard(organisation), 'machines', lost);
  assert.equal((await relay.feeds.snapshot(reader, 'o', { limit: 10 })).items.length, 1);
  await assert.rejects(connectBridge(relay, lost), { name: 'Unreadable' });
  await relay.machines.remove(organisation, lost, ada);
  await world.pass(2 * limits.presenceMs);
  assert.equal((await relay.machines.get(organisation, kept)).status, 'offline');
  assert.equal(bridge.seq, 0);
});

test('a command that cannot be read stops neither the list nor the poll of the others', async () => {
  await using world = await openConnected();
  const { relay, store, machine } = world;
  const lost = await sendCommand(relay, machine);
  const kept = await sendCommand(relay, machine);
  await ruin(store, machineShard(machine), 'commands', lost.id);
  const listed = await relay.commands.list(reader, machine, page);
  assert.deepEqual(
    listed.items.map(({ id }) => id),
    [kept.id],
  );
  const { commands } = await world.bridge.poll();
  assert.deepEqual(
    commands.map(({ id }) => id),
    [kept.id],
  );
});

test('a document that cannot be read is left out of lists and searches, until its bridge puts it again', async () => {
  await using world = await openConnected();
  const { relay, store, machine, bridge } = world;
  await bridge.send([put('specs/a.md', 'a'), put('specs/b.md', 'b')]);
  await ruin(store, machineShard(machine), `documents:${project}`, 'specs/a.md');
  // A change, by which what was kept of the table is read again.
  await bridge.send([put('specs/c.md', 'c')]);
  const paths = async () => {
    const { items } = await relay.documents.list(organisation, machine, { q: 'specs' }, page);
    return items.map((json) => JSON.parse(json).path.slice(6, 7)).join('');
  };
  assert.equal(await paths(), 'bc');
  await assert.rejects(relay.documents.get(organisation, machine, project, 'specs/a.md'), { code: 'document-unknown' });
  await bridge.send([put('specs/a.md', 'a')]);
  assert.equal(await paths(), 'abc');
});

test('records, notices and questions that cannot be read stop nobody', async () => {
  await using world = await openConnected();
  const { relay, store, machine, bridge } = world;
  const shard = organisationShard(organisation);
  for (const table of ['records', 'notices']) await ruin(store, shard, table, '!');
  await ruin(store, machineShard(machine), 'queries', '!');
  const caller = { ...reader, scope: 'admin' } as const;
  assert.deepEqual((await relay.records.list(caller, {}, page)).items, []);
  assert.deepEqual((await relay.notices(caller, page)).items, []);
  assert.deepEqual((await relay.feeds.snapshot(caller, 'o', { limit: 10 })).items.length, 1);
  assert.deepEqual((await bridge.poll()).queries, []);
});

test('an account of a person that cannot be read begins anew, and their commands go on', async () => {
  await using world = await openConnected();
  const { relay, store, machine, bridge } = world;
  await ruin(store, machineShard(machine), 'command-accounts', ada.person);
  const { id } = await sendCommand(relay, machine);
  const { commands } = await bridge.poll();
  assert.equal(await bridge.settle(id, commands[0]?.lease ?? ''), 'ok');
});

test('a machine of release 0.1, which its organisation lists by an empty row, is told when it is next heard of', async () => {
  await using world = await openRelay();
  const { relay, store } = world;
  const old = 'machine-of-before';
  const since = store.now();
  const row = { id: old, organisation, name: 'old', createdAt: since, epoch: 3, online: false, since };
  await store.commit(machineShard(old), { put: [{ ...RECORD, value: JSON.stringify(row) }] });
  await store.commit(organisationShard(organisation), { put: [{ table: 'machines', key: old, value: '' }] });
  assert.equal((await relay.machines.list(organisation, page)).items[0]?.status, 'never');
  await connectBridge(relay, old);
  const listed = await store.row(organisationShard(organisation), 'machines', old);
  assert.equal(JSON.parse(listed?.value ?? '').status, 'online');
});

test('a machine and its command of release 0.1, whose rows count switches of the journal under another name, go on', async () => {
  await using world = await openRelay();
  const { relay, store } = world;
  const { id: machine } = await relay.machines.create(organisation, 'laptop', ada);
  const mark = { id: 'journal-of-the-laptop', count: 0 };
  const bridge = await connectBridge(relay, machine, { journal: mark });
  const { id } = await sendCommand(relay, machine);
  const [leased] = (await bridge.poll({ journal: mark })).commands;
  const shard = machineShard(machine);
  const [record, command] = await store.rows(shard, [RECORD, { table: 'commands', key: id }]);
  const asBefore = (text = '') => text.replaceAll('"switches":', '"turn":');
  assert.notEqual(asBefore(record?.value), record?.value);
  assert.notEqual(asBefore(command?.value), command?.value);
  const put = [
    { ...RECORD, value: asBefore(record?.value) },
    { table: 'commands', key: id, value: asBefore(command?.value) },
  ];
  await store.commit(shard, { put });
  // A bridge that started anew and says that it never had it: the same journal, so it is offered again.
  const again = await connectBridge(relay, machine, { journal: mark });
  assert.deepEqual(
    (await again.poll({ journal: mark })).commands.map((one) => one.id),
    [id],
  );
  assert.notEqual(leased?.lease, undefined);
  assert.equal((await relay.machines.get(organisation, machine)).name, 'laptop');
});
