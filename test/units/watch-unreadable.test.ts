/** Files that the bridge may no longer read: they stay, say since when, and a command on them names the permission. */
import assert from 'node:assert/strict';
import { chmod, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import type { CommandProblem } from '#contract/command.ts';
import { createConditions } from '../../bridge/conditions.ts';
import { openDataFolder } from '../../bridge/data/data-folder.ts';
import { revOf } from '../../bridge/files/rev.ts';
import { type Projects, startProjects } from '../../bridge/projects/projects.ts';
import { createBodies } from '../../bridge/watch/bodies.ts';
import { openApi } from '../kit/api.ts';
import { openBridge } from '../kit/bridge.ts';
import { eventually } from '../kit/eventually.ts';
import { openWorkshop } from '../kit/executor.ts';
import { makeSmallProject, openTemporaryFolder, specText } from '../kit/projects.ts';
import { dropPrivileges, alwaysPrivileged as skip } from '../kit/unprivileged.ts';
import { openWatched } from '../kit/watched.ts';

const first = 'specs/001-first-light/README.md';
const design = 'specs/002-second-wind/DESIGN.md';

test('a file that cannot be read any more is not deleted, says since when, and is as new once it can be', {
  skip,
}, async () => {
  using _ = dropPrivileges();
  await using watched = await openWatched(makeSmallProject);
  const title = watched.titleOf(first);
  await chmod(join(watched.root, first), 0o000);
  await chmod(join(watched.root, 'specs/002-second-wind'), 0o000);
  await watched.rescan();
  for (const path of [first, design])
    await eventually(() =>
      /^It cannot be read since 20.*permission/.test(String(watched.document(path)?.meta.problem)),
    );
  await watched.quiet();
  assert.equal(watched.titleOf(first), title);
  assert.match(watched.condition('unreadable') ?? '', /and 2 more of its files cannot be read since 20/);
  assert.ok(watched.told().every((change) => change.startsWith('put ')));

  await chmod(join(watched.root, 'specs/002-second-wind'), 0o755);
  await eventually(() => watched.document(design)?.meta.unreadable === undefined);
  await chmod(join(watched.root, first), 0o644);
  await eventually(() => watched.document(first)?.meta.unreadable === undefined);
  assert.equal(watched.condition('unreadable'), undefined);
  await writeFile(join(watched.root, first), specText('Readable again'));
  await eventually(() => watched.titleOf(first) === 'Readable again');
});

test('people see that what they read is from before', { skip }, async () => {
  using _ = dropPrivileges();
  await using relay = await openApi();
  await using laptop = await openBridge(relay);
  await laptop.event('synced');
  const ask = `/v1/machines/${laptop.machine}`;
  const unreadable = async () => {
    const { json } = await relay.ask<{ items: { path: string; body: string; meta: Record<string, unknown> }[] }>(
      'GET',
      `${ask}/documents?limit=500`,
    );
    return json.items.filter(({ meta }) => meta.unreadable !== undefined);
  };
  await chmod(join(laptop.root, first), 0o000);
  await eventually(async () => (await unreadable()).length === 1);
  assert.deepEqual(
    (await unreadable()).map(({ path, body }) => [path, body]),
    [[first, 'held']],
  );
  await chmod(join(laptop.root, first), 0o644);
  await eventually(async () => (await unreadable()).length === 0);
});

test('a file that cannot be read when the bridge starts again stays with the relay, until it is gone', {
  skip,
}, async () => {
  using _ = dropPrivileges();
  await using folder = await openTemporaryFolder();
  const root = await makeSmallProject(join(folder.path, 'shop'));
  const data = await openDataFolder(join(folder.path, 'data'));
  const conditions = createConditions({ clock: Date.now, onChange: () => undefined });
  const start = () =>
    startProjects({
      ...{ data, conditions, bodies: createBodies(), roots: [root] },
      onChanges: () => undefined,
      onAnnounce: () => undefined,
      onState: () => undefined,
    });
  const revAt = ({ sides }: Projects) => [...sides.own.sorted()].find(({ path }) => path === first)?.rev;
  const initial = await start();
  const before = revAt(initial);
  await initial[Symbol.asyncDispose]();

  await chmod(join(root, first), 0o000);
  for (let life = 0; life < 2; life += 1) {
    await using projects = await start();
    assert.ok(before !== undefined);
    assert.equal(revAt(projects), before, `life ${life}`);
    const [shop] = projects.all();
    assert.match(String(shop?.documents.get(first)?.meta.problem), /It is shown as it was before/);
    assert.match(conditions.list()[0]?.title ?? '', /cannot be read since/);
  }
  await using projects = await start();
  await rm(join(root, first));
  await projects.rescan();
  await eventually(() => ![...projects.sides.own.sorted()].some(({ path }) => path === first));
  assert.deepEqual(conditions.list(), []);
});

test('a command on a file that cannot be read names the permission', { skip }, async () => {
  using _ = dropPrivileges();
  await using shop = await openWorkshop(makeSmallProject);
  const rev = revOf(await readFile(join(shop.root, first)));
  await chmod(join(shop.root, first), 0o000);
  for (const [kind, args] of [
    ['spec-metadata-update', { spec: '001', status: 'in-progress' }],
    ['spec-archive', { spec: '001' }],
  ] as const) {
    const { state, problem } = await shop.run(kind, args, { ifRev: rev });
    const { code, detail } = problem as CommandProblem;
    assert.deepEqual([state, code], ['failed', 'file-failed'], kind);
    assert.match(detail ?? '', /no permission to read it/, kind);
  }
  const { problem } = await shop.ask('file-read', { path: first });
  assert.equal((problem as CommandProblem).code, 'file-failed');
});
