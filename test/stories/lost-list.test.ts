/** A start without the list of the last run, or with one that is too old: what lies on the disk all the time is never gone for a reader. */
import assert from 'node:assert/strict';
import { renameSync } from 'node:fs';
import { chmod, cp, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { test } from 'node:test';
import { documentKey } from '#contract/document-key.ts';
import { limits } from '#contract/limits.ts';
import { createConditions } from '../../bridge/conditions.ts';
import { type DataFolder, openDataFolder } from '../../bridge/data/data-folder.ts';
import { keepLastManifest, readLastManifest } from '../../bridge/data/last-manifest.ts';
import { revOf } from '../../bridge/files/rev.ts';
import { formatReaders } from '../../bridge/formats/index.ts';
import { startProjects } from '../../bridge/projects/projects.ts';
import { gapOfProject, isInGap } from '../../bridge/sync/gaps.ts';
import { createBodies } from '../../bridge/watch/bodies.ts';
import { openApi } from '../kit/api.ts';
import { openBridge } from '../kit/bridge.ts';
import { openStream, type Told } from '../kit/event-stream.ts';
import { eventually } from '../kit/eventually.ts';
import type { Program } from '../kit/process.ts';
import { makeSmallProject, openTemporaryFolder, specText, writeFiles } from '../kit/projects.ts';
import { countAt, isSynced, makeSlowToRead, small, startOn, startSlowly, titlesAt } from '../kit/slow-project.ts';
import { dropPrivileges, alwaysPrivileged as skip } from '../kit/unprivileged.ts';
import { watchOf } from '../kit/watched.ts';

const large = 70;
const all = small + large;
const gone = 'specs/100-small/README.md';
const changed = 'specs/101-small/README.md';

for (const lost of ['the list of the last run', 'the whole data folder'])
  test(`without ${lost} and on a slow disk, readers see no document go but the one that was removed`, async () => {
    await using world = await openWorld();
    await world.run(isSynced);
    await rm(lost === 'the whole data folder' ? world.data : await world.list(), { recursive: true });
    await rm(join(world.root, gone));
    await writeFiles(world.root, { [changed]: specText('Changed while away') });
    await using reader = await world.read();
    await using bridge = await startSlowly(world.relay, world.key, world);
    await isLive(bridge);
    await eventually(async () => (await titlesAt(world.relay, world.id)).includes('Changed while away'));
    assert.deepEqual(deletions(reader.events), []);
    assert.equal(await countAt(world.relay, world.id), all, 'what is not read yet is there');
    await rm(world.slow);
    await reader.event(({ op }) => op === 'delete', 30_000);
    await eventually(async () => (await countAt(world.relay, world.id)) === all - 1);
    assert.deepEqual(deletions(reader.events), [gone]);
    assert.equal(await bridge.end(), 0);
  });

test('a list that is torn, emptied, garbage or no file is one that is lost', async () => {
  await using folder = await openTemporaryFolder();
  const data = await openDataFolder(folder.path);
  const list = join(folder.path, 'manifests/project1.json');
  await keepLastManifest(data, 'project1', [{ project: 'project1', path: changed, rev: '0'.repeat(64), describe: 1 }]);
  assert.equal((await readLastManifest(data, 'project1')).held.size, 1);
  const text = await readFile(list, 'utf8');
  for (const damage of [text.slice(0, -20), text.slice(0, 20), '', '\0'.repeat(text.length), '[]', undefined]) {
    await rm(list, { force: true });
    await (damage === undefined ? mkdir(list) : writeFile(list, damage));
    const { index, held } = await readLastManifest(data, 'project1');
    assert.deepEqual([index, held.size], [undefined, 0], damage ?? 'a folder');
  }
});

test('a project whose list is lost and whose disk is away at the start keeps its documents, and what is gone is told once it is back', async () => {
  await using world = await openWorld(1);
  await world.run(isSynced);
  await rm(await world.list());
  const away = `${world.root}.away`;
  await rename(world.root, away);
  await rm(join(away, gone));
  await using reader = await world.read();
  await using bridge = startOn(world.relay, world.key, world);
  await isLive(bridge);
  assert.equal(await countAt(world.relay, world.id), small + 1);
  await rename(away, world.root);
  await reader.event(({ op }) => op === 'delete', 30_000);
  await eventually(async () => (await countAt(world.relay, world.id)) === small);
  assert.deepEqual(deletions(reader.events), [gone]);
});

test('a list that another release has kept in its own way is set aside, and the project is read and watched', async () => {
  await using world = await openWorld(1);
  await world.run(isSynced);
  const list = await world.list();
  const [, , ...lines] = (await readFile(list, 'utf8')).split('\n').slice(0, -3);
  const text = `${['[', '{"describedBy":null,"rows":2},', ...lines].join('\n')}\n`;
  await writeFile(list, `${text}{"sha256":"${revOf(Buffer.from(text))}"}\n]\n`);
  await using reader = await world.read();
  await using bridge = startOn(world.relay, world.key, world);
  await isSynced(bridge);
  await writeFiles(world.root, { [changed]: specText('Saved later') });
  await eventually(async () => (await titlesAt(world.relay, world.id)).includes('Saved later'));
  assert.deepEqual(deletions(reader.events), []);
  assert.ok((await readdir(dirname(list))).some((name) => name.startsWith(`${basename(list)}.damaged-`)));
});

test('what cannot be read at a start without a list stays, a file and all in a folder, and what is gone beside them goes', {
  skip,
}, async () => {
  using _ = dropPrivileges();
  await using relay = await openApi();
  await using folder = await openTemporaryFolder();
  const [root, data] = [await makeSmallProject(join(folder.path, 'shop')), join(folder.path, 'data')];
  const { id, key } = await relay.api.createMachine('laptop');
  await using first = await openBridge(relay, { data, known: { id, key, root } });
  await first.event('synced');
  const before = await countAt(relay, id);
  await first[Symbol.asyncDispose]();
  await rm(join(data, 'manifests'), { recursive: true });
  await chmod(join(root, 'specs/001-first-light/README.md'), 0o000);
  const closed = join(root, 'specs/002-second-wind');
  await chmod(closed, 0o000);
  await using opened = new AsyncDisposableStack();
  opened.defer(() => chmod(closed, 0o755));
  const [beside, other] = ['specs/003-third-time/README.md', '.spec-workflow/steering/product.md'];
  for (const path of [beside, other]) await rm(join(root, path));
  await using reader = await openStream(relay.url, relay.ownerKey, { [`m.${id}`]: 'now' });
  await using bridge = await openBridge(relay, { data, known: { id, key, root } });
  await bridge.event('synced');
  await eventually(() => [beside, other].every((path) => deletions(reader.events).includes(path)));
  assert.equal(await countAt(relay, id), before - 2);
  assert.deepEqual([...deletions(reader.events)].sort(), [other, beside].sort());
});

test('a bridge that starts as another user, who may read none of very many files, leaves out all of them', {
  skip,
}, async () => {
  using _ = dropPrivileges();
  await using folder = await openTemporaryFolder();
  const data = await openDataFolder(join(folder.path, 'data'));
  const root = join(folder.path, 'shop');
  const { id } = await data.keepProject(root, { formats: ['lean-spec'] });
  const closed = Array.from({ length: 2 * limits.hiddenLeftOutMax }, (_, n) => `specs/${200 + n}-part/README.md`);
  const open = ['specs/100-first/README.md', 'specs/900-last/README.md'];
  await writeFiles(root, Object.fromEntries([...closed, ...open].map((path) => [path, specText(path)])));
  for (const path of closed) await chmod(join(root, path), 0o000);
  await using projects = await startIn(data, root);
  const gaps = projects.comparing();
  const isLeftOut = (path: string) => isInGap(gaps, documentKey({ project: id, path }));
  assert.deepEqual([closed.filter(isLeftOut).length, open.filter(isLeftOut)], [closed.length, []]);
  assert.ok(gaps.length <= limits.hiddenLeftOutMax);
});

test('a data folder from an old backup: what came up since is not gone while a slow disk is read', async () => {
  await using world = await openWorld(1);
  await world.run(isSynced);
  const backup = `${world.data}.backup`;
  await cp(world.data, backup, { recursive: true });
  await makeSlowToRead(world.root, large);
  await world.run(isSynced);
  await rm(world.data, { recursive: true });
  await cp(backup, world.data, { recursive: true });
  await using reader = await world.read();
  await using bridge = await startSlowly(world.relay, world.key, world);
  await isLive(bridge);
  assert.equal(await countAt(world.relay, world.id), all);
  await rm(world.slow);
  await isSynced(bridge);
  assert.deepEqual(deletions(reader.events), []);
});

test('until its files are known, a project is left out of a comparison', async () => {
  await using folder = await openTemporaryFolder();
  const data = await openDataFolder(join(folder.path, 'data'));
  const root = join(folder.path, 'shop');
  const { id } = await data.keepProject(root, { formats: ['lean-spec'] });
  await using projects = await startIn(data, root);
  assert.deepEqual(projects.comparing(), [gapOfProject(id)], 'a disk that is away holds no file that is known');
  await makeSmallProject(root);
  await projects.rescan();
  assert.deepEqual(projects.comparing(), []);
});

for (const kept of ['revs alone', 'nothing'])
  test(`a disk that goes away in the middle of a first look has not emptied a project of which ${kept} is kept`, async () => {
    await using folder = await openTemporaryFolder();
    const data = await openDataFolder(join(folder.path, 'data'));
    const [root, away] = [join(folder.path, 'shop'), join(folder.path, 'away')];
    const { id } = await data.keepProject(root, { formats: ['lean-spec'] });
    const paths = Array.from({ length: 2 * limits.ingestOpsMax }, (_, n) => `specs/${n}-part/README.md`);
    await writeFiles(root, Object.fromEntries(paths.map((path) => [path, specText(path)])));
    const before = paths.map((path) => ({ project: id, path, rev: '0'.repeat(64), describe: 1 }));
    if (kept === 'revs alone') await keepLastManifest(data, id, before);
    let isThere = true;
    await using projects = await startProjects({
      ...{ data, roots: [root], bodies: createBodies(), watch: 'poll' as const },
      conditions: createConditions({ clock: Date.now, onChange: () => undefined }),
      onChanges: () => undefined,
      onAnnounce: () => undefined,
      onState: () => undefined,
      // Asked behind each slice.
      isFull: () => {
        if (isThere) renameSync(root, away);
        isThere = false;
        return false;
      },
    });
    assert.deepEqual(projects.comparing(), [gapOfProject(id)], 'what it does not know may be there');
    if (kept === 'revs alone') assert.equal(projects.sides.own.size(), paths.length);
    await rename(away, root);
    await projects.rescan();
    assert.deepEqual(projects.comparing(), []);
    assert.equal(projects.sides.own.size(), paths.length);
  });

test('what is listed of a disk that goes away at that moment is not all that there is', async () => {
  await using folder = await openTemporaryFolder();
  const root = await makeSmallProject(join(folder.path, 'shop'));
  let grounds = 0;
  const readers = formatReaders
    .filter(({ format }) => format === 'lean-spec')
    .map((reader) => ({
      ...reader,
      // The second time is just before the files are listed.
      detect: async (path: string) => {
        const layout = await reader.detect(path);
        grounds += 1;
        if (grounds === 2) renameSync(root, `${root}.away`);
        return layout;
      },
    }));
  await using watch = watchOf(root, { readers, watch: 'poll' });
  await watch.begin();
  assert.deepEqual([watch.state(), watch.isListed(), watch.isWhole()], ['away', false, false]);
});

test('while a disk goes away, files that were listed a moment ago are not known to be gone', async () => {
  await using folder = await openTemporaryFolder();
  const root = join(folder.path, 'shop');
  const paths = Array.from({ length: 2 * limits.ingestOpsMax }, (_, n) => `specs/${n}-part/README.md`);
  await writeFiles(root, Object.fromEntries(paths.map((path) => [path, specText(path)])));
  const listed: boolean[] = [];
  await using watch = watchOf(root, {
    watch: 'poll',
    isFull: () => {
      if (listed.length === 0) renameSync(root, `${root}.away`);
      listed.push(watch.isListed());
      return false;
    },
  });
  await watch.begin();
  assert.ok(listed.length > 1 && !listed.includes(true));
  assert.ok(!watch.isListed() && !watch.isWhole());
});

/** The project of a folder, in a bridge without a relay. */
const startIn = (data: DataFolder, root: string) =>
  startProjects({
    ...{ data, roots: [root], bodies: createBodies() },
    conditions: createConditions({ clock: Date.now, onChange: () => undefined }),
    onChanges: () => undefined,
    onAnnounce: () => undefined,
    onState: () => undefined,
  });

const isLive = (bridge: Program) => bridge.line(({ event, state }) => event === 'state' && state === 'live', 30_000);

/** The paths of documents that readers were told to be gone. */
function deletions(events: readonly Told[]): readonly string[] {
  const told = events.filter(({ item, op }) => item === 'document' && op === 'delete');
  return told.map(({ key }) => key.slice(key.indexOf('\n') + 1));
}

/** A relay, and a machine with a project that takes long to read. */
async function openWorld(count = large) {
  await using opened = new AsyncDisposableStack();
  const relay = opened.use(await openApi());
  const { path } = opened.use(await openTemporaryFolder());
  const [root, slow, data] = [join(path, 'shop'), join(path, 'slow'), join(path, 'data')];
  await makeSlowToRead(root, count);
  const { id, key } = await relay.api.createMachine('laptop');
  const held = opened.move();
  return {
    ...{ relay, id, key, root, slow, data },
    /** Runs a bridge on a quick disk. */
    run: async (until: (bridge: Program) => Promise<unknown>) => {
      await using bridge = startOn(relay, key, { root, slow, data });
      await until(bridge);
      assert.equal(await bridge.end(), 0);
    },
    /** The file of what the last run has kept of the project. */
    list: async () => {
      const [name = ''] = await readdir(join(data, 'manifests'));
      return join(data, 'manifests', name);
    },
    read: () => openStream(relay.url, relay.ownerKey, { [`m.${id}`]: 'now' }),
    [Symbol.asyncDispose]: () => held.disposeAsync(),
  };
}
