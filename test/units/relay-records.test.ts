/** Records as bridges of any language and release tell them: what both sides hold compares as the same, and what one of them says does not stop the machine. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as v from 'valibot';
import { ConnectRequest } from '#contract/bridge.ts';
import type { Op } from '#contract/delta.ts';
import { limits } from '#contract/limits.ts';
import { createRelay } from '../../api/relay/create-relay.ts';
import { storeWith } from '../../api/store/around.ts';
import { machineShard } from '../../api/store/shards.ts';
import type { Store } from '../../api/store/store.ts';
import { createRandom } from '../kit/random.ts';
import {
  ada,
  announced,
  connectBridge,
  openConnected,
  openRelay,
  organisation,
  put,
  sha256,
  someone,
  unknownDigest,
} from '../kit/relay.ts';

const anyone = { organisation, person: 'person-one', scope: 'execute' as const };
const terminal = { id: 'terminal-1', kind: 'terminal', title: 'zsh', state: 'running', meta: {} };
const told = (record: object) => ({ op: 'record-put', record }) as Op;

/** Connects again and names the records with these revs, by their ids. */
async function wanted(world: Awaited<ReturnType<typeof openConnected>>, records: Readonly<Record<string, string>>) {
  const request = v.parse(ConnectRequest, { ...announced, manifestDigest: unknownDigest, records });
  return (await world.relay.bridge.connect(world.machine, request)).wantRecords;
}

test('a bridge whose record says what the relay does not show is not asked for it again (R4)', async () => {
  await using world = await openConnected();
  const said = {
    'a title with controls': { ...terminal, title: 'zsh\u202e\u0007' },
    'a field of a newer release': { ...terminal, newer: { b: [1, null], a: 'x' } },
    'names that are numbers': { ...terminal, meta: { 9: 'nine', 10: 'ten' } },
  };
  const texts = [
    '{"kind":"terminal","meta":{},"state":"running","title":"zsh\u202e\\u0007"}',
    '{"kind":"terminal","meta":{},"newer":{"a":"x","b":[1,null]},"state":"running","title":"zsh"}',
    '{"kind":"terminal","meta":{"10":"ten","9":"nine"},"state":"running","title":"zsh"}',
  ];
  for (const [at, [what, record]] of Object.entries(said).entries()) {
    const bridge = await connectBridge(world.relay, world.machine, { manifestDigest: unknownDigest });
    await bridge.send([told(record)]);
    assert.deepEqual(await wanted(world, { [record.id]: sha256(texts[at] ?? '') }), [], what);
  }
});

test('an id that means something to JavaScript is refused, and is not dropped with the next connect (R4)', async () => {
  await using world = await openConnected();
  for (const id of ['constructor', '__proto__', 'prototype', 'hasOwnProperty'])
    await assert.rejects(world.bridge.send([told({ ...terminal, id })]), { code: 'body-invalid' }, id);
});

test('documents of the kind `constructor` are refused, which no count would have', async () => {
  await using world = await openConnected();
  const op = put('notes.md', 'text') as Extract<Op, { op: 'put' }>;
  const strange = { ...op, document: { ...op.document, kind: 'constructor' } };
  await assert.rejects(world.bridge.send([strange]), { code: 'body-invalid' });
});

test('a notice until a time that is none is refused, and the machine goes on (N2)', async () => {
  await using world = await openConnected();
  const notice = { topic: 'terminal', title: 'Ended', until: '2026-12-01T00:00:00+23' };
  await assert.rejects(world.bridge.send([told({ ...terminal, notice })]), { code: 'body-invalid' });
  await world.bridge.send([told({ ...terminal, notice: { ...notice, until: '2026-12-01T00:00:00+05:30' } })]);
  assert.equal((await world.relay.notices(anyone, { limit: 10 })).items.length, 1);
});

test('records of one machine that are large leave room for the newest, and never grow beyond their bytes (R4)', async () => {
  await using world = await openConnected();
  const meta = { text: 'x'.repeat(limits.recordMetaBytesMax - 100) };
  const count = Math.floor(limits.recordBytesPerMachineMax / limits.recordMetaBytesMax) + 6;
  const ids = Array.from({ length: count }, (_, at) => `terminal-${100 + at}`);
  for (const id of ids) await world.bridge.send([told({ ...terminal, id, meta })]);
  const { items } = await world.relay.records.ofMachine(anyone, world.machine, {}, { limit: 500 });
  const bytes = items.reduce((sum, record) => sum + JSON.stringify(record.meta).length, 0);
  assert.ok(
    bytes <= limits.recordBytesPerMachineMax && bytes > limits.recordBytesPerMachineMax - 64 * 1024,
    `${bytes}`,
  );
  assert.equal(items.at(-1)?.id, ids.at(-1));
});

test('of what the relay keeps of a machine each kind has bytes of its own: the oldest leave, and no other kind with them', async () => {
  await using world = await openConnected();
  const decision = { id: 'decision-1', kind: 'decision', title: 'Design', state: 'decided', meta: { approval: 'a' } };
  await world.bridge.send([told(decision)]);
  const points = Array.from({ length: 700 }, (_, at) => [1_700_000_000_000 + at, 9, 1]);
  const progress = { kind: 'progress', title: 'A spec', state: 'counted', meta: { spec: 's', path: 'p', points } };
  const size = JSON.stringify(progress.meta).length;
  const count = Math.floor(limits.recordKeptBytesPerMachineMax / size) + 6;
  const ids = Array.from({ length: count }, (_, at) => `progress-${1000 + at}`);
  for (let at = 0; at < ids.length; at += 50)
    await world.bridge.send(ids.slice(at, at + 50).map((id) => told({ ...progress, id })));
  const page = async (kind: string, after?: string) =>
    await world.relay.records.ofMachine(anyone, world.machine, { kind }, { limit: 500, ...(after && { after }) });
  const first = await page('progress');
  const { items } = await page('progress', first.next);
  assert.equal(first.items.length + items.length, count - 6);
  assert.equal(items.at(-1)?.id, ids.at(-1));
  assert.equal((await page('decision')).items.length, 1);
});

/** Rows that a store reads while `act` runs. */
async function rowsRead(store: Store, act: (store: Store) => Promise<unknown>): Promise<number> {
  let count = 0;
  const counting = storeWith(store, async (_, call) => {
    const result = await call();
    count += Array.isArray(result) ? result.length : 1;
    return result;
  });
  await act(counting);
  return count;
}

test('a record that is told costs the same, however many the relay keeps of its machine, also where one leaves for it', async () => {
  await using world = await openConnected();
  const { store, machine, bridge } = world;
  const decision = (at: number, approval = 'a') => {
    const record = { kind: 'decision', title: 'Design', state: 'decided', meta: { approval } };
    return told({ ...record, id: `decision-${10_000 + at}` });
  };
  const tellOne = async (at: number, approval?: string) =>
    await rowsRead(store, async (counting) => {
      const line = Buffer.from(JSON.stringify([decision(at, approval)]));
      const envelope = { epoch: bridge.epoch, seq: ++bridge.seq, digest: sha256(line), manifestDigest: unknownDigest };
      await createRelay({ store: counting }).bridge.ingest(machine, envelope, line);
    });
  await tellOne(0);
  const [fresh, changed] = [await tellOne(1), await tellOne(1, 'b')];
  const most = limits.recordsKeptPerMachineMax;
  for (let at = 2; at < most; at += 200)
    await bridge.send(Array.from({ length: Math.min(200, most - at) }, (_, more) => decision(at + more)));
  assert.equal(await tellOne(2, 'b'), changed);
  assert.ok((await tellOne(most)) < fresh + 50, 'one leaves');
  const { items } = await world.relay.records.ofMachine(anyone, machine, {}, { limit: most + 1 });
  assert.equal(items.length, most);
});

test('whatever a bridge tells, what was changed longest ago leaves, and the ledger is what is kept', async () => {
  const random = createRandom(20261127);
  await using world = await openConnected();
  const { store, machine } = world;
  const model = new Map<string, { readonly at: number; readonly bytes: number; readonly text: string }>();
  const fill = (sign: string) => sign.repeat(limits.recordMetaBytesMax - 100 - Math.floor(random() * 6000));
  let bridge = await connectBridge(world.relay, machine, { manifestDigest: unknownDigest });
  for (let batch = 0; batch < 60; batch += 1) {
    await world.pass(1000);
    const ops = Array.from({ length: 1 + Math.floor(random() * 6) }, (): Op => {
      const id = `terminal-${100 + Math.floor(random() * 200)}`;
      if (random() < 0.15) return { op: 'record-delete', id } as Op;
      return told({ ...terminal, id, meta: { text: fill(String(batch % 10)) } });
    });
    await bridge.send(ops);
    for (const op of ops) {
      if (op.op === 'record-delete') model.delete(op.id);
      if (op.op !== 'record-put') continue;
      const text = JSON.stringify(op.record.meta);
      model.set(op.record.id ?? '', { at: batch, bytes: text.length, text });
    }
    const sum = () => [...model.values()].reduce((all, { bytes }) => all + bytes, 0);
    const oldest = [...model].sort(([a, one], [b, other]) => one.at - other.at || (a < b ? -1 : 1));
    for (const [id] of oldest) if (sum() > limits.recordBytesPerMachineMax) model.delete(id);
    // As a relay of an older release leaves it: nothing of the ledger is right.
    if (batch % 20 === 19) {
      await store.commit(machineShard(machine), { put: [{ table: 'record-sums', key: 'all', value: '{}' }] });
      const { items } = await world.relay.records.ofMachine(anyone, machine, {}, { limit: 500 });
      const records = Object.fromEntries(items.map(({ id, rev }) => [id, rev]));
      bridge = await connectBridge(world.relay, machine, { manifestDigest: unknownDigest, records });
    }
    const { items } = await world.relay.records.ofMachine(anyone, machine, {}, { limit: 500 });
    assert.deepEqual(items.map(({ id }) => id).sort(), [...model.keys()].sort(), `batch ${batch}`);
    const row = await store.row(machineShard(machine), 'record-sums', 'all');
    const bytes = items.reduce((all, { meta }) => all + JSON.stringify(meta).length, 0);
    assert.deepEqual(JSON.parse(row?.value ?? ''), { '': { count: items.length, bytes } }, `batch ${batch}`);
    assert.equal(await store.count(machineShard(machine), 'records-by-age:'), items.length);
  }
});

test('a member who shares views without end leaves the others room for theirs (R1)', async () => {
  await using world = await openRelay();
  const callerOf = ({ person, name }: typeof ada) => ({ organisation, person, name, scope: 'write' as const, by: ada });
  const view = {
    kind: 'view',
    owner: 'organisation',
    title: '',
    state: 'saved',
    meta: { place: 'specs', query: {} },
  } as const;
  const [eve, grace] = [callerOf(someone(2)), callerOf(someone(3))];
  for (let made = 0; made < limits.recordsPerMemberMax; made++) await world.relay.records.create(eve, view);
  await assert.rejects(world.relay.records.create(eve, view), { code: 'too-many-kept' });
  await world.relay.records.create(grace, view);
  // What is their own alone has room of its own.
  await world.relay.records.create(eve, { ...view, owner: 'person' });
});
