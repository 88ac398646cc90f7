/** Reading documents: filters, pages, names of projects, bodies. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRelay } from '../../api/relay/create-relay.ts';
import { createDocumentTables } from '../../api/relay/documents/document-tables.ts';
import { storeWith } from '../../api/store/around.ts';
import { encodeAfter } from '../../api/store/page.ts';
import {
  announced,
  connectBridge,
  eventsOf,
  followed,
  openConnected,
  organisation,
  project,
  put,
  reader,
  sendCommand,
  sha256,
} from '../kit/relay.ts';

async function openFilled() {
  const world = await openConnected();
  await world.bridge.send([
    put('specs/001-a/README.md', '1', { status: 'planned', tags: ['api', 'cli'], number: '001', breaking: true }),
    put('specs/002-b/README.md', '2', { status: 'complete', tags: ['api'], count: 2, nested: { status: 'planned' } }),
    put('specs/003-Ü/README.md', '3', { status: 'planned', ['__proto__']: 'x' }),
  ]);
  return world;
}

test('a filter on meta compares with the value as a string, or with any entry of a list', async () => {
  await using world = await openFilled();
  const find = async (meta: Record<string, string>) =>
    (await world.relay.documents.list(organisation, 'laptop', { meta }, { limit: 100 })).items.map((json) =>
      JSON.parse(json).path.slice(6, 9),
    );
  assert.deepEqual(await find({ status: 'planned' }), ['001', '003']);
  assert.deepEqual(await find({ tags: 'api' }), ['001', '002']);
  assert.deepEqual(await find({ tags: 'api', status: 'complete' }), ['002']);
  assert.deepEqual(await find({ breaking: 'true' }), ['001']);
  assert.deepEqual(await find({ count: '2' }), ['002']);
  for (const name of ['none', 'nested', 'toString', 'constructor'])
    assert.deepEqual(await find({ [name]: 'planned' }), []);
});

test('q finds a part of title, path or spec, whatever the case', async () => {
  await using world = await openFilled();
  const find = async (q: string) =>
    (await world.relay.documents.list(organisation, 'laptop', { q }, { limit: 100 })).items.length;
  assert.deepEqual(
    [await find('readme'), await find('002-B'), await find('ü'), await find('title of'), await find('nowhere')],
    [3, 1, 1, 3, 0],
  );
});

test('a list comes page by page, and an `after` that was not given here is refused', async () => {
  await using world = await openFilled();
  const { documents } = world.relay;
  const first = await documents.list(organisation, 'laptop', {}, { limit: 2 });
  const second = await documents.list(organisation, 'laptop', {}, { limit: 2, after: first.next ?? '' });
  assert.deepEqual(
    [...first.items, ...second.items].map((json) => JSON.parse(json).path.slice(6, 9)),
    ['001', '002', '003'],
  );
  assert.equal(second.next, undefined);
  await assert.rejects(documents.list(organisation, 'laptop', {}, { limit: 2, after: '%%%' }), {
    code: 'parameter-invalid',
  });
});

test('a project is found by id, or by a name that only one has (E7)', async () => {
  await using world = await openFilled();
  const { relay, machine } = world;
  const twin = { ...announced.projects[0], id: 'project-two', name: 'One', formats: ['lean-spec' as const] };
  await connectBridge(relay, machine, { projects: [...announced.projects, twin] });
  const list = (name: string) => relay.documents.list(organisation, machine, { project: name }, { limit: 10 });
  assert.equal((await list(project)).items.length, 3);
  assert.equal((await list('project-two')).items.length, 0);
  await assert.rejects(list('One'), { code: 'project-ambiguous' });
  await assert.rejects(list('Two'), { code: 'project-unknown' });
});

test('bodies come by rev, those that are held, up to a size', async () => {
  await using world = await openFilled();
  const { documents } = world.relay;
  const revs = [sha256('2'), sha256('none'), sha256('1'), sha256('2')];
  const found = await documents.bodies(organisation, 'laptop', revs, 100);
  assert.deepEqual(
    found.map(({ bytes }) => Buffer.from(bytes).toString()),
    ['2', '1'],
  );
  assert.equal((await documents.bodies(organisation, 'laptop', revs, 1)).length, 1);
  await assert.rejects(documents.body(organisation, 'laptop', sha256('none')), { code: 'body-unknown' });
});

test('a snapshot has all documents, the live commands, and an offset after which only news comes (S5)', async () => {
  await using world = await openFilled();
  const { relay, bridge, feed } = world;
  const { id } = await sendCommand(relay, 'laptop');
  const snapshot = await relay.feeds.snapshot(reader, feed, { limit: 10 });
  const items = snapshot.items.map((json) => JSON.parse(json));
  assert.equal(items.filter(({ item }) => item === 'document').length, 3);
  assert.deepEqual(
    items.filter(({ item }) => item === 'command').map(({ key }) => key),
    [id],
  );
  await bridge.send([put('new.md', 'new')]);
  using subscription = await followed(relay, { [feed]: snapshot.offset });
  const [event, ...more] = await eventsOf(subscription);
  assert.deepEqual([event?.document?.path, more], ['new.md', []]);
});

test('a snapshot is read in pages, which all go on from the first one’s offset, and the last has all but documents (S5)', async () => {
  await using world = await openFilled();
  const { relay, bridge, feed } = world;
  const { id } = await sendCommand(relay, 'laptop');
  const { next: after = '', offset, ...first } = await relay.feeds.snapshot(reader, feed, { limit: 2 });
  assert.deepEqual([first.items.length, after === ''], [2, false]);
  await bridge.send([put('specs/004-d/README.md', '4'), put('specs/000-a/README.md', '0')]);
  const last = await relay.feeds.snapshot(reader, feed, { limit: 2, after });
  const keys = [...first.items, ...last.items].map((json) => JSON.parse(json).key.split('\n').at(-1));
  const paths = ['001-a', '002-b', '003-Ü', '004-d'].map((folder) => `specs/${folder}/README.md`);
  assert.deepEqual([keys.slice(0, 3), last.offset], [paths.slice(0, 3), offset]);
  const end = await relay.feeds.snapshot(reader, feed, { limit: 2, after: last.next ?? '' });
  assert.deepEqual(
    [keys.slice(3), end.items.map((json) => JSON.parse(json).key), end.next],
    [paths.slice(3), [id], undefined],
  );
  // What came before the place where the reading had got to is told by the feed.
  using subscription = await followed(relay, { [feed]: end.offset });
  const told = (await eventsOf(subscription)).map(({ document }) => document?.path);
  assert.deepEqual(told.toSorted(), ['specs/000-a/README.md', 'specs/004-d/README.md']);
  const whole = await relay.feeds.snapshot(reader, feed);
  assert.deepEqual([whole.items.length, whole.next], [6, undefined], 'without a limit all of it is one answer');
  for (const wrong of ['%%%', encodeAfter('nonsense\nproject-one'), encodeAfter('')])
    await assert.rejects(relay.feeds.snapshot(reader, feed, { limit: 2, after: wrong }), { code: 'parameter-invalid' });
});

test('a search reads again only what has changed, and sees every change at once', async () => {
  await using world = await openFilled();
  let reads = 0;
  const counted = storeWith(world.store, (operation, call) => {
    if (operation === 'list') reads++;
    return call();
  });
  const { documents } = createRelay({ store: counted });
  const find = async (q: string) =>
    (await documents.list(organisation, world.machine, { q }, { limit: 100 })).items.length;

  assert.equal(await find('readme'), 3);
  const first = reads;
  for (let n = 0; n < 50; n++) assert.equal(await find('readme'), 3);
  assert.equal(reads, first, 'what has not changed is not read again');
  await world.bridge.send([
    put('specs/004-d/README.md', '4'),
    { op: 'delete', project, path: 'specs/001-a/README.md' },
  ]);
  assert.deepEqual([await find('readme'), await find('004-d'), await find('001-a')], [3, 1, 0]);
});

test('many who search at once after a save cost one reading', async () => {
  await using world = await openFilled();
  let reads = 0;
  const counted = storeWith(world.store, (operation, call) => {
    if (operation === 'list') reads++;
    return call();
  });
  const tables = createDocumentTables(counted);
  const found = await Promise.all(Array.from({ length: 20 }, () => tables.of(world.machine, project)));
  assert.equal(reads, 1);
  assert.equal(new Set(found).size, 1);
  await world.bridge.send([put('specs/004-d/README.md', '4')]);
  const after = await Promise.all(Array.from({ length: 20 }, () => tables.of(world.machine, project)));
  assert.equal(reads, 2);
  assert.equal(after[0]?.entries.length, 4);
});

test('a project too large to keep is read in pieces, with the same answer', async () => {
  await using world = await openConnected();
  const meta = { note: 'x'.repeat(30_000) };
  const documents = Array.from({ length: 600 }, (_, n) => put(`specs/${1000 + n}/README.md`, `${n}`, meta));
  for (let at = 0; at < documents.length; at += 20) await world.bridge.send(documents.slice(at, at + 20));
  const tables = createDocumentTables(world.store);
  assert.equal(await tables.of(world.machine, project), undefined);

  const found: string[] = [];
  let after: string | undefined;
  do {
    const page: { readonly items: readonly string[]; readonly next?: string } = await world.relay.documents.list(
      organisation,
      world.machine,
      { q: '/readme' },
      { limit: 250, ...(after === undefined ? {} : { after }) },
    );
    found.push(...page.items.map((json) => JSON.parse(json).path));
    after = page.next;
  } while (after !== undefined);
  assert.deepEqual(
    found,
    documents.map((op) => op.op === 'put' && op.document.path),
  );
});
