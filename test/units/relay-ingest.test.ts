/** What a bridge's batches do: order, epochs, bodies, comparing, and a relay that was rewound. */
import assert from 'node:assert/strict';
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { manifestLine } from '#contract/delta.ts';
import { limits } from '#contract/limits.ts';
import { createRelay } from '../../api/relay/create-relay.ts';
import { storeWith } from '../../api/store/around.ts';
import { eventually } from '../kit/eventually.ts';
import {
  ada,
  announced,
  connectBridge,
  emptyDigest,
  eventsOf,
  followed,
  never,
  openConnected,
  openRelay,
  organisation,
  pending,
  project,
  put,
  reader,
  sha256,
} from '../kit/relay.ts';

const page = { limit: 100 };
const code = (expected: string) => ({ code: expected });
const digestOf = (path: string, text: string, describe = 1) =>
  sha256(manifestLine([project, path, sha256(text), describe]));

test('a saved document is an event, a row and a body in one step (B6)', async () => {
  await using world = await openConnected();
  const { relay, bridge, subscription, machine } = world;
  await bridge.send([put('specs/001/README.md', '# One\n', { status: 'planned' })]);
  const [event] = (await eventsOf(subscription)).filter(({ item }) => item === 'document');
  assert.deepEqual([event?.op, event?.feed], ['put', world.feed]);
  assert.deepEqual([event?.document?.path, event?.document?.body], ['specs/001/README.md', 'held']);
  const found = await relay.documents.get(organisation, 'laptop', 'One', 'specs/001/README.md');
  assert.equal(Buffer.from(found.body ?? []).toString(), '# One\n');
  assert.deepEqual(found.document, event?.document);
  assert.deepEqual((await relay.machines.get(organisation, machine)).projects[0]?.counts, { spec: 1 });
});

test('what is left of an upload is told with the machine, and forgotten when its bridge connects again (B23)', async () => {
  await using world = await openConnected();
  const { relay, bridge, machine, subscription } = world;
  const line = Buffer.from('[]');
  const envelope = { epoch: bridge.epoch, digest: sha256(line), manifestDigest: emptyDigest };
  const uploading = { left: 40, perSecond: 8, of: 50 };
  await relay.bridge.ingest(machine, { ...envelope, seq: 1, uploading }, line);
  const told = (await eventsOf(subscription)).filter(({ item }) => item === 'machine');
  assert.deepEqual(
    told.map((event) => event.machine?.uploading),
    [uploading],
  );
  await relay.bridge.ingest(machine, { ...envelope, seq: 2, uploading }, line);
  assert.deepEqual(await eventsOf(subscription), []);
  await connectBridge(relay, machine, { attempt: 2 });
  assert.equal((await relay.machines.get(organisation, machine)).uploading, undefined);
});

test('a batch sent twice changes nothing and says so; one that comes too early is told what is expected (B5)', async () => {
  await using world = await openConnected();
  const { bridge, subscription } = world;
  await bridge.send([put('a.md', '1')]);
  await eventsOf(subscription);
  bridge.seq = 0;
  assert.deepEqual(await bridge.send([put('a.md', '1')]), { seq: 1, dup: true });
  assert.deepEqual(await eventsOf(subscription), []);
  bridge.seq = 4;
  await assert.rejects(bridge.send([put('a.md', '2')]), { code: 'gap', extra: { expected: 2 } });
});

test('a hundred copies of one batch at once are taken once', async () => {
  await using world = await openConnected();
  const { relay, bridge, machine, subscription } = world;
  const line = Buffer.from(JSON.stringify([put('a.md', '1')]));
  const envelope = { epoch: bridge.epoch, seq: 1, digest: sha256(line), manifestDigest: emptyDigest };
  const answers = await Promise.all(Array.from({ length: 100 }, () => relay.bridge.ingest(machine, envelope, line)));
  assert.equal(answers.filter(({ dup }) => dup === undefined).length, 1);
  assert.equal((await eventsOf(subscription)).filter(({ op, item }) => op === 'put' && item === 'document').length, 1);
});

test('bridges that do not say who they are: the newest connection wins, and every call of an older one is told so', async () => {
  await using world = await openConnected();
  const { relay, bridge, machine } = world;
  const held = bridge.poll({ waitSeconds: 20 });
  const newer = await connectBridge(relay, machine);
  assert.ok(newer.epoch > bridge.epoch);
  await assert.rejects(held, code('superseded'));
  await assert.rejects(bridge.send([put('a.md', '1')]), code('superseded'));
  await assert.rejects(bridge.settle('some-command', '1.1'), code('superseded'));
  await assert.rejects(relay.bridge.bye(machine, { epoch: bridge.epoch }), code('superseded'));
  await assert.rejects(
    relay.bridge.manifest(machine, { epoch: bridge.epoch, from: null, to: null, entries: [] }),
    code('superseded'),
  );
});

test('bytes that are not those of the digest, and ops that are none, are refused with what is wrong (B4)', async () => {
  await using world = await openConnected();
  const { relay, bridge, machine } = world;
  const line = Buffer.from(JSON.stringify([put('a.md', '1')]));
  const envelope = { epoch: bridge.epoch, seq: 1, digest: emptyDigest, manifestDigest: emptyDigest };
  await assert.rejects(relay.bridge.ingest(machine, envelope, line), code('digest-mismatch'));
  const send = (text: string | Buffer) =>
    relay.bridge.ingest(machine, { ...envelope, digest: sha256(text) }, Buffer.from(text));
  await assert.rejects(send('{"not": "a list"'), code('json-invalid'));
  await assert.rejects(send(Buffer.from([0x5b, 0xff, 0x5d])), code('json-invalid'));
  await assert.rejects(send('{}'), code('body-invalid'));
  const deep = JSON.parse(`${'['.repeat(100)}${']'.repeat(100)}`);
  for (const op of [
    { ...put('a.md', '1'), text: 'other bytes' },
    { ...put('a.md', '1'), body: 'pending' },
    put('../a.md', '1'),
    put('a\\b', '1'),
    put('\ud800.md', '1'),
    put('a.md', '1', { deep }),
    put('a.md', '1', { long: 'x'.repeat(limits.metaBytesMax) }),
  ]) {
    await assert.rejects(send(JSON.stringify([op])), code('body-invalid'), JSON.stringify(op).slice(0, 80));
  }
  const stranger = put('a.md', '1');
  assert.ok(stranger.op === 'put');
  const elsewhere = { ...stranger, document: { ...stranger.document, project: 'another-project' } };
  await assert.rejects(send(JSON.stringify([elsewhere])), code('project-unknown'));
});

test('a moved document keeps its body and is one event', async () => {
  await using world = await openConnected();
  const { relay, bridge, subscription } = world;
  const old = put('specs/old.md', 'text');
  assert.ok(old.op === 'put');
  await bridge.send([old]);
  await eventsOf(subscription);
  const document = { ...old.document, path: 'specs/new.md' };
  await bridge.send([{ op: 'move', project, from: 'specs/old.md', document, describe: 1 }]);
  const events = await eventsOf(subscription);
  assert.deepEqual(
    events.map(({ op, item, from }) => [op, item, from]),
    [['move', 'document', `${project}\nspecs/old.md`]],
  );
  const found = await relay.documents.get(organisation, 'laptop', project, 'specs/new.md');
  assert.equal(Buffer.from(found.body ?? []).toString(), 'text');
  await assert.rejects(relay.documents.get(organisation, 'laptop', project, 'specs/old.md'), code('document-unknown'));
});

test('a large body arrives in pieces, and then every document that waited for it has it (B7)', async () => {
  await using world = await openConnected();
  const { relay, bridge, subscription, machine } = world;
  const text = 'large '.repeat(10_000);
  await bridge.send([pending('a.md', text), pending('b.md', text)]);
  await eventsOf(subscription);
  const bytes = Buffer.from(text);
  const piece = (offset: number, to: number) =>
    relay.bridge.blob(machine, sha256(text), { offset, size: bytes.length }, bytes.subarray(offset, to));
  assert.deepEqual(await piece(0, 20_000), { offset: 20_000, done: false });
  await assert.rejects(piece(30_000, 50_000), { code: 'offset-wrong', extra: { offset: 20_000 } });
  assert.deepEqual(await piece(20_000, bytes.length), { offset: bytes.length, done: true });
  assert.deepEqual(await piece(0, 20_000), { offset: bytes.length, done: true });
  const held = (await eventsOf(subscription)).flatMap(({ document }) =>
    document?.body === 'held' ? [document.path] : [],
  );
  assert.deepEqual(held.toSorted(), ['a.md', 'b.md']);
  assert.equal((await relay.documents.get(organisation, machine, project, 'b.md')).document.body, 'held');
});

test('a body of many pieces is hashed once, and pieces of a few bytes are refused', async () => {
  await using world = await openConnected();
  let reads = 0;
  const counted = storeWith(world.store, (operation, call) => {
    if (operation === 'pieces') reads++;
    return call();
  });
  const relay = createRelay({ store: counted });
  const bytes = Buffer.alloc(limits.blobPieceBytesMin * 20, 'x');
  const piece = (offset: number, length: number) =>
    relay.bridge.blob(
      world.machine,
      sha256(bytes),
      { offset, size: bytes.length },
      bytes.subarray(offset, offset + length),
    );
  await assert.rejects(piece(0, 1), code('parameter-invalid'));
  for (let offset = 0; offset < bytes.length; offset += limits.blobPieceBytesMin)
    await piece(offset, limits.blobPieceBytesMin);
  assert.equal(reads, 1);
});

test('bodies that no document names do not fill the store, and one that came before its document is held by it', async () => {
  await using world = await openConnected();
  const { relay, bridge, machine, store } = world;
  const texts = Array.from({ length: limits.uploadsPerMachineMax + 5 }, (_, n) => `body ${n}`);
  const send = (text: string) =>
    relay.bridge.blob(machine, sha256(text), { offset: 0, size: text.length }, Buffer.from(text));
  for (const text of texts) assert.equal((await send(text)).done, true);

  const kept = await Promise.all(texts.map((text) => store.pieces(`m:${machine}`, sha256(text))));
  assert.equal(kept.filter((bytes) => bytes.length > 0).length, limits.uploadsPerMachineMax);
  const [first = '', last = ''] = [texts[0], texts.at(-1)];
  await bridge.send([pending('last.md', last), pending('first.md', first)]);
  const body = async (path: string) => (await relay.documents.get(organisation, machine, project, path)).document.body;
  assert.deepEqual([await body('last.md'), await body('first.md')], ['held', 'pending']);
  await send(first);
  assert.equal(await body('first.md'), 'held', 'what was forgotten comes again');
});

test('a body that came before its document and waited for weeks comes again: no document holds one that is gone', async () => {
  await using world = await openConnected();
  const { relay, machine } = world;
  const text = 'large '.repeat(1000);
  const send = () => relay.bridge.blob(machine, sha256(text), { offset: 0, size: text.length }, Buffer.from(text));
  await send();
  await world.pass(limits.blobKeptMs + 3_600_000);
  const bridge = await connectBridge(relay, machine, { manifestDigest: 'f'.repeat(64) });
  await bridge.send([pending('late.md', text)]);
  await send();
  const found = await relay.documents.get(organisation, machine, project, 'late.md');
  assert.deepEqual([found.document.body, Buffer.from(found.body ?? []).toString()], ['held', text]);
});

test('a large body that arrives changed is thrown away and may be sent again', async () => {
  await using world = await openConnected();
  const { relay, bridge, machine } = world;
  const text = 'large '.repeat(1000);
  await bridge.send([pending('a.md', text)]);
  const wrong = Buffer.from(text.replace('l', 'L'));
  await assert.rejects(
    relay.bridge.blob(machine, sha256(text), { offset: 0, size: wrong.length }, wrong),
    code('digest-mismatch'),
  );
  assert.equal(
    (await relay.bridge.blob(machine, sha256(text), { offset: 0, size: wrong.length }, Buffer.from(text))).done,
    true,
  );
});

test('a manifest page drops what the machine does not hold, wants what is missing or other, and leaves other pages alone (B3)', async () => {
  await using world = await openConnected();
  const { relay, bridge, subscription, machine } = world;
  await bridge.send([put('a.md', 'a'), put('b.md', 'b'), put('c.md', 'c'), put('d.md', 'd'), put('🙂.md', 'e')]);
  await eventsOf(subscription);
  const key = (path: string) => `${project}\n${path}`;
  const { want } = await relay.bridge.manifest(machine, {
    epoch: bridge.epoch,
    from: null,
    to: key('c.md'),
    entries: [
      [project, 'a.md', sha256('a'), 2],
      [project, 'aa.md', sha256('aa'), 1],
      [project, 'c.md', sha256('c'), 1],
    ],
  });
  assert.deepEqual(want, [
    [project, 'a.md'],
    [project, 'aa.md'],
  ]);
  const deleted = (await eventsOf(subscription)).filter(({ op }) => op === 'delete').map(({ key }) => key);
  assert.deepEqual(deleted, [`${project}\nb.md`]);
  const rest = { epoch: bridge.epoch, from: key('c.md'), to: null, entries: [] };
  await relay.bridge.manifest(machine, rest);
  const { items } = await relay.documents.list(organisation, machine, {}, page);
  assert.deepEqual(
    items.map((json) => JSON.parse(json).path),
    ['a.md', 'c.md'],
  );
});

test('a bridge that connects with the digest of what is held need not compare; with another it must (B2)', async () => {
  await using world = await openRelay();
  const { id } = await world.relay.machines.create(organisation, 'laptop', ada);
  const first = await connectBridge(world.relay, id);
  assert.equal(first.resync, false);
  await first.send([put('a.md', 'a')], digestOf('a.md', 'a'));
  assert.equal((await connectBridge(world.relay, id, { manifestDigest: digestOf('a.md', 'a') })).resync, false);
  assert.equal((await connectBridge(world.relay, id, { manifestDigest: digestOf('a.md', 'b') })).resync, true);
});

test('a relay that no longer holds what the bridge believes says resync to the poll that waits, and at the next batch', async () => {
  await using world = await openRelay();
  const { id } = await world.relay.machines.create(organisation, 'laptop', ada);
  const bridge = await connectBridge(world.relay, id);
  await bridge.send([put('a.md', 'a')], digestOf('a.md', 'a'));
  let said: unknown;
  const waiting = bridge.poll({ waitSeconds: 60 }).catch((error) => {
    said = error;
  });
  await bridge.send([put('b.md', 'b')], emptyDigest);
  // A poll that nobody wakes says so too, at its own end, which is later than this waits.
  await eventually(() => said);
  await waiting;
  assert.equal((said as { code?: string }).code, 'resync');
  await assert.rejects(bridge.send([put('c.md', 'c')]), code('resync'));
});

test('a relay restored from an older copy turns the logs, so that no reader misses what came in between (B13)', async (context) => {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-rewound-'));
  context.after(() => rmSync(folder, { recursive: true, force: true }));
  const [file, copy] = [join(folder, 'relay.sqlite'), join(folder, 'copy.sqlite')];
  const first = await openRelay(`sqlite:${file}`);
  const { id } = await first.relay.machines.create(organisation, 'laptop', ada);
  const bridge = await connectBridge(first.relay, id);
  await first.store[Symbol.asyncDispose]();
  copyFileSync(file, copy);

  const second = await openRelay(`sqlite:${file}`);
  const line = Buffer.from(JSON.stringify([put('a.md', 'a')]));
  const envelope = { epoch: bridge.epoch, seq: 1, digest: sha256(line), manifestDigest: digestOf('a.md', 'a') };
  await second.relay.bridge.ingest(id, envelope, line);
  const offset = await second.relay.feeds.now(reader, `m.${id}`);
  await second.store[Symbol.asyncDispose]();

  await using restored = await openRelay(`sqlite:${copy}`);
  const acknowledged = { handle: restored.relay.handle, epoch: bridge.epoch, seq: 1 };
  const again = await connectBridge(restored.relay, id, { acknowledged, manifestDigest: digestOf('a.md', 'a') });
  assert.equal(again.resync, true);
  assert.ok(again.epoch > bridge.epoch);
  for (const path of ['a.md', 'b.md', 'c.md']) await again.send([put(path, path)]);
  using subscription = await followed(restored.relay, { [`m.${id}`]: offset });
  assert.equal((await subscription.read(0, never)).resets.length, 1);
});

test('a project that is announced twice, or no more, shows once, or not at all', async () => {
  await using world = await openConnected();
  const { relay, bridge, machine } = world;
  await bridge.send([put('a.md', 'a')]);
  const twice = [...announced.projects, ...announced.projects];
  await assert.rejects(connectBridge(relay, machine, { projects: twice }), code('body-invalid'));
  const next = await connectBridge(relay, machine, { projects: [] });
  assert.equal(next.resync, true);
  assert.deepEqual((await relay.documents.list(organisation, machine, {}, page)).items, []);
  await relay.bridge.manifest(machine, { epoch: next.epoch, from: null, to: null, entries: [] });
  assert.equal((await connectBridge(relay, machine, { projects: [] })).resync, false);
});
