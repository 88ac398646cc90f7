/** Notices: an approval that waits, and an edit that was not done, are told to the whole Inbox, whichever machine they are of, and are gone once they are over. */
import assert from 'node:assert/strict';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Notice } from '#contract/notice.ts';
import { eventually } from '../../kit/eventually.ts';
import { makeSmallProject, specText, writeFiles } from '../../kit/projects.ts';
import { openWorld, type World } from '../../kit/world.ts';

type Listed = Notice & { readonly key: string };

const approval = (status: string, title = 'Review design for checkout') =>
  JSON.stringify({
    id: 'approval_1',
    title,
    filePath: 'x',
    type: 'document',
    status,
    category: 'spec',
    categoryName: 'checkout',
  });
const path = '.spec-workflow/approvals/checkout/approval_1.json';

async function noticesOf(world: World): Promise<readonly Listed[]> {
  return (await world.call<{ items: Listed[] }>('GET', '/v1/notices')).items;
}

test('an approval that waits is a notice of the organisation until it is decided, through a restart of the relay (N1)', async () => {
  await using world = await openWorld();
  const root = join(world.folder, 'shop');
  await writeFiles(root, { '.spec-workflow/specs/checkout/design.md': '# Design\n', [path]: approval('pending') });
  const machine = await world.startMachine('laptop', [root]);
  const [first, ...rest] = await eventually(async () => {
    const notices = await noticesOf(world);
    assert.equal(notices.length, 1);
    return notices;
  });
  assert.deepEqual(rest, []);
  const { topic, title, text, link } = first ?? {};
  assert.deepEqual([topic, title, text], ['approval', 'Approval wanted: Review design for checkout', 'checkout']);
  assert.deepEqual([link?.feed, link?.item, link?.key.endsWith(`\n${path}`)], [`m.${machine.id}`, 'document', true]);

  // Another word of the same item is the same notice; the same word again is no event.
  const offset = (await world.call<{ offset: string }>('GET', '/v1/feeds/o/snapshot')).offset;
  await writeFiles(root, { [path]: approval('pending', 'Review design again') });
  await eventually(async () => /again$/.test((await noticesOf(world))[0]?.title ?? ''));
  assert.equal((await noticesOf(world))[0]?.since, first?.since);
  await world.restartApi('SIGKILL');
  await machine.bridge().end();
  await machine.startBridge();
  assert.equal((await noticesOf(world)).length, 1);

  await writeFiles(root, { [path]: approval('approved') });
  await eventually(async () => (await noticesOf(world)).length === 0);
  const { events } = await world.call<{ events: { data: { op: string; item: string }[] }[] }>(
    'GET',
    `/v1/feeds/o/events?offset=${offset}`,
  );
  const told = events.flatMap(({ data }) => data.filter(({ item }) => item === 'notice').map(({ op }) => op));
  assert.deepEqual(told, ['put', 'delete']);
});

test('a notice goes with its file and with its machine (N2)', async () => {
  await using world = await openWorld();
  const root = join(world.folder, 'shop');
  const second = path.replace('_1.json', '_2.json');
  await writeFiles(root, { [path]: approval('pending'), [second]: approval('pending') });
  const machine = await world.startMachine('laptop', [root]);
  await eventually(async () => (await noticesOf(world)).length === 2);
  await rm(join(root, path));
  await eventually(async () => (await noticesOf(world)).length === 1);
  await machine.bridge().end();
  await world.call('DELETE', `/v1/machines/${machine.id}`);
  assert.deepEqual(await noticesOf(world), []);
});

test('an edit that met another one is a notice for its sender, which says why (N3)', async () => {
  await using world = await openWorld();
  const root = await makeSmallProject(join(world.folder, 'shop'));
  const machine = await world.startMachine('laptop', [root]);
  const file = 'specs/001-first-light/README.md';
  const { rev } = await machine.document(file);
  await writeFiles(root, { [file]: specText('First light', { status: 'complete' }) });
  const record = await machine.send(
    'spec-metadata-update',
    { project: 'shop', spec: '001', status: 'in-progress' },
    rev,
  );
  assert.equal(record.state, 'conflict');
  const [notice] = await eventually(async () => {
    const notices = await noticesOf(world);
    assert.equal(notices.length, 1);
    return notices;
  });
  assert.deepEqual(
    [notice?.topic, notice?.title, notice?.link.key],
    ['conflict', "Not done: Set a spec's metadata", record.id],
  );
  assert.equal(notice?.for, record.by.person);
  assert.ok(Date.parse(notice?.until ?? '') > Date.now());
});
