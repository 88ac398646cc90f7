/** The first look at a project that takes long to read. */
import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, rm, stat, truncate, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import type { CommandRecord } from '#contract/command.ts';
import { documentKey } from '#contract/document-key.ts';
import { createConditions } from '../../bridge/conditions.ts';
import { openDataFolder } from '../../bridge/data/data-folder.ts';
import { keepLastManifest } from '../../bridge/data/last-manifest.ts';
import { revOf } from '../../bridge/files/rev.ts';
import { createPackedPaths } from '../../bridge/packed/path-set.ts';
import { createProjectsNow, startOnce } from '../../bridge/projects/start-project.ts';
import { createBodies } from '../../bridge/watch/bodies.ts';
import { newestFirst } from '../../bridge/watch/newest-first.ts';
import { openApi, type TestApi } from '../kit/api.ts';
import { eventually } from '../kit/eventually.ts';
import { type Program, startProgram } from '../kit/process.ts';
import { makeSmallProject, openTemporaryFolder, specText, writeFiles } from '../kit/projects.ts';

const small = 24;
const large = 150;
/** Its bytes are not uploaded, only what it is. */
const largeBytes = 6 * 1024 * 1024;
const all = small + large;
/** So many looks at the list are taken before the disk is slow no more. */
const SLOW_LOOKS = 20;
const savedPath = 'specs/102-small/README.md';
const preload = pathToFileURL(join(import.meta.dirname, '../kit/slow-disk.mjs')).href;

test('a project that takes long to read comes while it is read, the newest first, also where relay or bridge know it, and is never missing again', async () => {
  await using relay = await openApi();
  await using folder = await openTemporaryFolder();
  const root = join(folder.path, 'shop');
  await makeSlowToRead(root);
  const { id, key } = await relay.api.createMachine('laptop');
  const slow = join(folder.path, 'slow');
  const data = join(folder.path, 'data');
  const start = (at: TestApi, as: string) => startSlowly(at, as, { data, root, slow });
  {
    await using bridge = await start(relay, key);
    await eventually(async () => (await countAt(relay, id)) >= small);
    await writeFile(join(root, savedPath), specText('Saved while it is read'));
    await eventually(async () => (await titlesAt(relay, id)).includes('Saved while it is read'));
    assert.equal(await bridge.end(), 0);
  }
  assert.ok((await countAt(relay, id)) < all, 'it was ended while it read');
  {
    await using bridge = await start(relay, key);
    await bridge.line(({ event }) => event === 'connected');
    const isUp = eventually(async () => (await countAt(relay, id)) === all);
    const counts = await countsUntil(relay, id, isUp, slow);
    assert.ok(Math.min(...counts) >= small, `what is up stays up: ${[...new Set(counts)]}`);
    await eventually(async () => (await keptIn(data)) === all);
    await bridge.end('SIGKILL');
  }
  const [gone = '', changed = ''] = [0, 1].map((n) => `specs/${100 + n}-small/README.md`);
  await rm(join(root, gone));
  await writeFile(join(root, changed), specText('Changed while away'));
  {
    await using bridge = await start(relay, key);
    const synced = isSynced(bridge);
    const isShown = eventually(async () => (await titlesAt(relay, id)).includes('Changed while away'));
    assert.equal(await Promise.race([isShown.then(() => 'shown'), synced.then(() => 'synced')]), 'shown');
    const counts = await countsUntil(relay, id, synced, slow);
    assert.deepEqual([...new Set(counts)], [all, all - 1], 'what is gone is gone once all was read, and not before');
  }
  await using emptied = await openApi();
  const { id: anew, key: other } = await emptied.api.createMachine('laptop');
  await using bridge = await start(emptied, other);
  await eventually(async () => (await countAt(emptied, anew)) >= small - 1);
  const counts = await countsUntil(emptied, anew, isSynced(bridge), slow);
  const isPart = counts.some((count) => count >= small - 1 && count < all - 1);
  assert.ok(isPart, `shown while it is read: ${[...new Set(counts)]}`);
  assert.equal(await countAt(emptied, anew), all - 1);
});

test('a command for a spec that was not read yet waits for that, and nobody is told that there is none', async () => {
  await using relay = await openApi();
  await using folder = await openTemporaryFolder();
  const [root, slow, data] = ['shop', 'slow', 'data'].map((name) => join(folder.path, name)) as [
    string,
    string,
    string,
  ];
  await makeSlowToRead(root);
  const last = specText('Read last');
  await writeFiles(root, { 'specs/300-last/README.md': last });
  await utimes(join(root, 'specs/300-last'), 500, 500);
  const { id, key } = await relay.api.createMachine('laptop');
  await using _bridge = await startSlowly(relay, key, { data, root, slow });
  await eventually(async () => (await countAt(relay, id)) >= small);
  const commands = `/v1/machines/${id}/commands`;
  const send = async (spec: string) => {
    const args = { project: 'shop', spec, priority: 'high' };
    const body = { kind: 'spec-metadata-update', args, ifRev: revOf(Buffer.from(last)) };
    return (await relay.ask<CommandRecord>('POST', commands, { body })).json.id;
  };
  const sent = await Promise.all([send('300-last'), send('301-none')]);
  // The slow disk has most of it still before it.
  assert.ok((await countAt(relay, id)) < all);
  await rm(slow);
  const ends = await Promise.all(
    sent.map((one) =>
      eventually(async () => {
        const { json } = await relay.ask<CommandRecord>('GET', `${commands}/${one}?wait=5`);
        return ['done', 'failed'].includes(json.state) && (json.problem?.code ?? json.state);
      }),
    ),
  );
  assert.deepEqual(ends, ['done', 'spec-unknown']);
});

test('until a project that the relay knows has been read, it has what it had', async () => {
  await using known = await openKnown();
  const { root, now, key } = known;
  await makeSmallProject(root);
  const started = startOnce(now, root);
  await eventually(() => now.sides.own.heldAt(key) !== undefined, { everyMs: 1 });
  assert.ok(await started);
  assert.ok(now.sides.own.heldAt(key) === undefined);
  assert.ok(now.sides.own.size() > 0);
});

test('a project that is away at a start keeps what it had, and what is gone is told once it is back', async () => {
  await using known = await openKnown();
  const { root, id, now, key, told } = known;
  assert.ok(await startOnce(now, root));
  assert.deepEqual([...now.sides.own.sorted()].map(documentKey), [key]);
  await makeSmallProject(root);
  await now.watches.get(id)?.rescan();
  assert.ok(told.includes(gonePath));
  assert.ok(now.sides.own.heldAt(key) === undefined);
  assert.ok(now.sides.own.size() > 0);
});

test('the order of a first look: what changed since it was last known, folders that changed last, archives at the end', async () => {
  await using folder = await openTemporaryFolder();
  const files = ['specs/001-old/README.md', 'specs/archived/003-new/README.md', 'specs/002-new/README.md'];
  await writeFiles(folder.path, Object.fromEntries(files.map((path) => [path, specText(path)])));
  for (const [index, path] of ['specs/001-old', 'specs/002-new', 'specs/archived/003-new'].entries())
    await utimes(join(folder.path, path), 1000 + index, 1000 + index);
  const found = createPackedPaths();
  for (const path of files) found.add(path);
  const order = await newestFirst(folder.path, found);
  assert.deepEqual([...order], ['specs/002-new/README.md', 'specs/001-old/README.md', files[1]]);
  const changedAt = async (path: string) => (await stat(join(folder.path, path))).ctimeMs;
  const last = Math.max(...(await Promise.all(files.map(changedAt))));
  const since = await eventually(async () => {
    await writeFiles(folder.path, { 'specs/001-old/README.md': specText('Changed while away') });
    const at = await changedAt('specs/001-old/README.md');
    return at > last && at;
  });
  const later = await newestFirst(folder.path, found, since);
  assert.deepEqual([...later], ['specs/001-old/README.md', 'specs/002-new/README.md', files[1]]);
});

const gonePath = 'specs/009-gone/README.md';

/** A folder without specs yet, which had one when the bridge last ended. */
async function openKnown() {
  await using opened = new AsyncDisposableStack();
  const folder = opened.use(await openTemporaryFolder());
  const root = join(folder.path, 'shop');
  await mkdir(root);
  const data = await openDataFolder(join(folder.path, 'data'));
  const { id } = await data.keepProject(root, { formats: ['lean-spec'] });
  const gone = { project: id, path: gonePath, rev: '0'.repeat(64), describe: 1 };
  await keepLastManifest(data, id, [gone]);
  const told: string[] = [];
  const now = createProjectsNow({
    ...{ data, roots: [root], bodies: createBodies() },
    conditions: createConditions({ clock: Date.now, onChange: () => undefined }),
    onChanges: (changes) => void told.push(...changes.map(({ path }) => path)),
    onAnnounce: () => undefined,
    onState: () => undefined,
  });
  opened.defer(async () => await now.watches.get(id)?.[Symbol.asyncDispose]());
  const held = opened.move();
  return { root, id, now, told, key: documentKey(gone), [Symbol.asyncDispose]: () => held.disposeAsync() };
}

/** Starts a bridge on a disk that is slow until `slow` is removed. */
async function startSlowly(
  relay: TestApi,
  key: string,
  { data, root, slow }: { readonly data: string; readonly root: string; readonly slow: string },
): Promise<Program> {
  await writeFile(slow, '');
  const env = { NODE_OPTIONS: `--import=${preload}`, SALLYPORT_SLOW_WHILE: slow };
  return startProgram('bridge/main.ts', ['run', '--url', relay.url, '--key', key, '--data', data, '--json', root], env);
}

const isSynced = (bridge: Program) => bridge.line(({ event }) => event === 'synced', 60_000);

/** How many documents the bridge has noted of its one project for its next start. */
async function keptIn(data: string): Promise<number> {
  const folder = join(data, 'manifests');
  const [file = ''] = await readdir(folder);
  return JSON.parse(await readFile(join(folder, file), 'utf8')).length;
}

/** Small specs, and older ones that are large. */
async function makeSlowToRead(root: string): Promise<void> {
  for (let n = 0; n < small; n++)
    await writeFiles(root, { [`specs/${100 + n}-small/README.md`]: specText(`Small ${n}`) });
  for (let n = 0; n < large; n++) {
    const file = join(root, `specs/${500 + n}-large/README.md`);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, '# Large\n');
    await truncate(file, largeBytes);
    await utimes(dirname(file), 1000, 1000);
  }
}

/** How many documents the relay lists, again and again until `end`: some looks on the slow disk, the others when it is slow no more, the last one after the end. */
async function countsUntil(relay: TestApi, machine: string, end: Promise<unknown>, slow: string): Promise<number[]> {
  const counts: number[] = [];
  let isOver = false;
  const over = end.finally(() => {
    isOver = true;
  });
  while (!isOver) {
    counts.push(await countAt(relay, machine));
    if (counts.length === SLOW_LOOKS) await rm(slow);
    await delay(20);
  }
  await over;
  return [...counts, await countAt(relay, machine)];
}

async function countAt(relay: TestApi, machine: string): Promise<number> {
  return (await titlesAt(relay, machine)).length;
}

async function titlesAt({ ask }: TestApi, machine: string): Promise<readonly (string | undefined)[]> {
  const { json } = await ask<{ items?: { title?: string }[] }>('GET', `/v1/machines/${machine}/documents?limit=500`);
  return json.items?.map(({ title }) => title) ?? [];
}
