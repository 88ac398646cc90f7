/** The first look at a project that takes long to read. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { chmod, mkdir, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import type { CommandRecord } from '#contract/command.ts';
import { documentKey } from '#contract/document-key.ts';
import { createConditions } from '../../bridge/conditions.ts';
import { openDataFolder } from '../../bridge/data/data-folder.ts';
import { keepLastManifest } from '../../bridge/data/last-manifest.ts';
import { readAt, sameStamp } from '../../bridge/files/read.ts';
import { revOf } from '../../bridge/files/rev.ts';
import { createPackedPaths } from '../../bridge/packed/path-set.ts';
import { createProjectsNow, startOnce } from '../../bridge/projects/start-project.ts';
import type { LinkState } from '../../bridge/sync/link.ts';
import { isFullOf } from '../../bridge/sync/read-ahead.ts';
import { createUntold } from '../../bridge/sync/untold.ts';
import { createBodies } from '../../bridge/watch/bodies.ts';
import { newestFirst } from '../../bridge/watch/newest-first.ts';
import { createWatchBudget } from '../../bridge/watch/watch-budget.ts';
import { openApi, type TestApi } from '../kit/api.ts';
import { eventually } from '../kit/eventually.ts';
import type { Program } from '../kit/process.ts';
import { makeSmallProject, openTemporaryFolder, specText, writeFiles } from '../kit/projects.ts';
import { countAt, isSynced, makeSlowToRead, small, startOn, startSlowly, titlesAt } from '../kit/slow-project.ts';
import { dropPrivileges, alwaysPrivileged as skip } from '../kit/unprivileged.ts';
import { keptOf, watchOf } from '../kit/watched.ts';

const large = 150;
const all = small + large;
/** So many looks at the list are taken before the disk is slow no more. */
const SLOW_LOOKS = 20;
const savedPath = 'specs/102-small/README.md';

test('a project that takes long to read comes while it is read, the newest first, also where relay or bridge know it, and is never missing again', async () => {
  await using relay = await openApi();
  await using folder = await openTemporaryFolder();
  const root = join(folder.path, 'shop');
  await makeSlowToRead(root, large);
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
  // By other rules all files are read again.
  await writeFile(join(root, '.sallyportignore'), '*.tmp\n');
  {
    await using bridge = await start(relay, key);
    const synced = isSynced(bridge);
    const isShown = eventually(async () => (await titlesAt(relay, id)).includes('Changed while away'));
    assert.equal(await Promise.race([isShown.then(() => 'shown'), synced.then(() => 'synced')]), 'shown');
    const counts = await countsUntil(relay, id, synced, slow);
    assert.deepEqual([...new Set(counts)], [all, all - 1], 'what is gone is gone once all was read, and not before');
    assert.equal(await bridge.end(), 0);
  }
  await using emptied = await openApi();
  const { id: anew, key: other } = await emptied.api.createMachine('laptop');
  await using bridge = await start(emptied, other);
  await isSynced(bridge);
  assert.equal(await countAt(emptied, anew), all - 1);
});

test('after a week away only what changed is read, also where a change left size and time of a file as they were', async () => {
  await using relay = await openApi();
  await using folder = await openTemporaryFolder();
  const root = join(folder.path, 'shop');
  const few = 10;
  await makeSlowToRead(root, few);
  const { id, key } = await relay.api.createMachine('laptop');
  const [slow, data] = [join(folder.path, 'slow'), join(folder.path, 'data')];
  const [gone = '', changed = '', sameTime = ''] = [0, 1, 2].map((n) => join(root, `specs/${100 + n}-small/README.md`));
  const longAgo = 1_700_000_000.5;
  await utimes(sameTime, longAgo, longAgo);
  {
    await using bridge = startOn(relay, key, { data, root, slow });
    await isSynced(bridge);
    assert.equal(await countAt(relay, id), small + few);
    assert.equal((await largeReads(slow)).length, few);
    assert.equal(await bridge.end(), 0);
  }
  await rm(gone);
  await writeFile(changed, specText('Changed while away'));
  await writeFile(sameTime, specText('SMALL 2'));
  await utimes(sameTime, longAgo, longAgo);
  await using bridge = startOn(relay, key, { data, root, slow });
  const { resync } = await bridge.line(({ event }) => event === 'connected');
  assert.equal(resync, false, 'nothing is compared');
  await isSynced(bridge);
  await eventually(async () => (await countAt(relay, id)) === small + few - 1);
  const titles = await titlesAt(relay, id);
  assert.ok(titles.includes('Changed while away') && titles.includes('SMALL 2'), titles.slice(0, 9).join());
  assert.equal((await largeReads(slow)).length, few, 'what is as it was is not read');
});

test('what came up since a killed bridge has noted what it holds is not missing for a moment at its next start', async () => {
  await using relay = await openApi();
  const { id, key } = await relay.api.createMachine('laptop');
  await using folder = await openTemporaryFolder();
  const root = join(folder.path, 'shop');
  const few = 60;
  await makeSlowToRead(root, few);
  const [slow, data] = [join(folder.path, 'slow'), join(folder.path, 'data')];
  {
    await using bridge = startOn(relay, key, { data, root, slow });
    await isSynced(bridge);
    await eventually(async () => (await keptIn(data)) === small + few);
    await writeFiles(root, { 'specs/999-last/README.md': specText('Not noted') });
    await eventually(async () => (await titlesAt(relay, id)).includes('Not noted'));
    assert.equal(await keptIn(data), small + few, 'it is noted at the next connect');
    await bridge.end('SIGKILL');
  }
  // All large files are read again, slowly, and the new one lies behind them.
  for (let n = 0; n < few; n++) await utimes(join(root, `specs/${500 + n}-large/README.md`), 2000, 2000);
  await using bridge = await startSlowly(relay, key, { data, root, slow });
  await bridge.line(({ event }) => event === 'connected');
  const counts = await countsUntil(relay, id, isSynced(bridge), slow);
  assert.deepEqual([...new Set(counts)], [small + few + 1]);
});

test('rules that changed while the bridge was away hold for all files, also where the look that followed was cut off', async () => {
  await using relay = await openApi();
  await using folder = await openTemporaryFolder();
  const root = join(folder.path, 'shop');
  await makeSlowToRead(root, 40);
  const notes = 'specs/600-more/notes.xyz';
  await writeFiles(root, { [notes]: 'Words.\n' });
  const { id, key } = await relay.api.createMachine('laptop');
  const [slow, data] = [join(folder.path, 'slow'), join(folder.path, 'data')];
  const withheld = async () => {
    const { json } = await relay.ask<{ meta: { withheld?: string } }>(
      'GET',
      `/v1/machines/${id}/documents/shop/${notes}`,
    );
    return typeof json.meta.withheld === 'string';
  };
  const run = async (until: (bridge: Program) => Promise<unknown>) => {
    await using bridge = startOn(relay, key, { data, root, slow });
    await until(bridge);
    assert.equal(await bridge.end(), 0);
  };
  await run(isSynced);
  assert.ok(await withheld());
  await writeFiles(root, { '.sallyport/upload': '*.xyz\n' });
  await utimes(join(root, 'specs/600-more'), 2_000_000_000, 2_000_000_000);
  await writeFile(slow, '');
  await run(() => eventually(async () => !(await withheld())));
  await rm(slow);
  await rm(join(root, '.sallyport/upload'));
  await run(isSynced);
  assert.ok(await withheld(), 'by the rules that hold now');
});

test('settings that changed while the bridge was away decide what each file is, although no file has changed', async () => {
  await using relay = await openApi();
  await using folder = await openTemporaryFolder();
  const root = join(folder.path, 'shop');
  const [main, other] = ['specs/001-a/README.md', 'specs/001-a/overview.md'];
  await writeFiles(root, { [main]: specText('A'), [other]: specText('Overview') });
  const { id, key } = await relay.api.createMachine('laptop');
  const [slow, data] = [join(folder.path, 'slow'), join(folder.path, 'data')];
  const kindOf = async (path: string) => {
    return (await relay.ask<{ kind: string }>('GET', `/v1/machines/${id}/documents/shop/${path}`)).json.kind;
  };
  const seen = async () => [await kindOf(main), await kindOf(other)];
  const runUntil = async (kinds: readonly string[]) => {
    await using bridge = startOn(relay, key, { data, root, slow });
    await isSynced(bridge);
    await eventually(async () => (await seen()).join() === kinds.join());
    assert.equal(await bridge.end(), 0);
  };
  await runUntil(['spec', 'sub-spec']);
  await writeFiles(root, { '.lean-spec/config.json': JSON.stringify({ structure: { defaultFile: 'overview.md' } }) });
  await runUntil(['sub-spec', 'spec']);
  await rm(join(root, '.lean-spec/config.json'));
  await runUntil(['spec', 'sub-spec']);
});

test('a list of the last run that is damaged is set aside, and all files are read', async () => {
  await using relay = await openApi();
  await using folder = await openTemporaryFolder();
  const root = join(folder.path, 'shop');
  await makeSmallProject(root);
  const { id, key } = await relay.api.createMachine('laptop');
  const [slow, data] = [join(folder.path, 'slow'), join(folder.path, 'data')];
  const titles = async () => (await titlesAt(relay, id)).toSorted();
  let before: Awaited<ReturnType<typeof titles>> = [];
  {
    await using bridge = startOn(relay, key, { data, root, slow });
    await isSynced(bridge);
    before = await titles();
    assert.equal(await bridge.end(), 0);
  }
  const manifests = join(data, 'manifests');
  const [name = ''] = await readdir(manifests);
  const text = await readFile(join(manifests, name), 'utf8');
  assert.ok(text.includes('"Second wind"'));
  await writeFile(join(manifests, name), text.replace('"Second wind"', '"Second mind"'));
  await using bridge = startOn(relay, key, { data, root, slow });
  await isSynced(bridge);
  assert.deepEqual(await titles(), before);
  assert.ok((await readdir(manifests)).some((each) => each.startsWith(`${name}.damaged-`)));
});

test('a command for a spec that was not read yet waits for that, and nobody is told that there is none', async () => {
  await using relay = await openApi();
  await using folder = await openTemporaryFolder();
  const [root, slow, data] = ['shop', 'slow', 'data'].map((name) => join(folder.path, name)) as [
    string,
    string,
    string,
  ];
  await makeSlowToRead(root, large);
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

test('while the relay is away, no more is read ahead than there is room for, and the rest when it is back', async () => {
  await using folder = await openTemporaryFolder();
  const files = Array.from({ length: 1200 }, (_, n) => [`specs/${n}-part/README.md`, specText(`Part ${n}`)]);
  await writeFiles(folder.path, Object.fromEntries(files));
  const untold = createUntold();
  let state: LinkState = 'connecting';
  const isFull = isFullOf({ state: () => state, pending: untold.pending }, { there: 100, away: 400 });
  let waited = 0;
  await using watch = watchOf(folder.path, {
    onChanges: untold.changed,
    isFull: () => {
      if (isFull()) waited += 1;
      return isFull();
    },
  });
  watch.tellNow();
  const look = watch.begin();
  // Asked again and again, it waits; else it reads all.
  await eventually(() => waited >= 5 || watch.isWhole());
  const ahead = watch.project.documents.size;
  assert.ok(ahead < 1200, `${ahead} were read`);
  state = 'live';
  // One slice for each time that what waits has gone up.
  await eventually(() => {
    untold.pending.clear();
    return watch.isWhole();
  });
  await look;
  assert.equal(watch.project.documents.size, 1200);
});

test('what changes at a start behind the first look and before the watches is found', async () => {
  await using folder = await openTemporaryFolder();
  const [early, late] = ['specs/001-early/README.md', 'specs/002-late/README.md'];
  await writeFiles(folder.path, { [early]: specText('Early'), [late]: specText('Late') });
  // Then the stamps of the files count.
  await delay(100);
  const before = watchOf(folder.path);
  await before.begin();
  const kept = keptOf(before);
  await before[Symbol.asyncDispose]();
  await writeFiles(folder.path, { [late]: specText('Changed while away') });
  let isChanged = false;
  const onChanges = () => {
    if (!isChanged) writeFileSync(join(folder.path, early), specText('Changed since it was looked at'));
    isChanged = true;
  };
  await using watch = watchOf(folder.path, { onChanges });
  watch.recall(kept);
  watch.tellNow();
  await watch.begin();
  const titles = [early, late].map((path) => watch.project.documents.get(path)?.title);
  assert.deepEqual(titles, ['Changed since it was looked at', 'Changed while away']);
});

test('what a person ignores at a start behind the first look and before the watches leaves no more', async () => {
  await using folder = await openTemporaryFolder();
  const [early, secret] = ['specs/001-early/README.md', 'specs/002-secret/README.md'];
  await writeFiles(folder.path, { [early]: specText('Early'), [secret]: specText('Secret') });
  const before = watchOf(folder.path);
  await before.begin();
  const kept = keptOf(before);
  await before[Symbol.asyncDispose]();
  await writeFiles(folder.path, { [early]: specText('Changed while away') });
  let isIgnored = false;
  const onChanges = () => {
    if (!isIgnored) writeFileSync(join(folder.path, '.sallyportignore'), 'specs/002-secret/\n');
    isIgnored = true;
  };
  await using watch = watchOf(folder.path, { onChanges });
  watch.recall(kept);
  watch.tellNow();
  await watch.begin();
  await eventually(() => !watch.project.documents.has(secret));
  assert.ok(watch.project.documents.has(early));
});

test('a project that is stopped in its first look at what it knew takes no watches', async () => {
  await using folder = await openTemporaryFolder();
  await writeFiles(folder.path, { 'specs/001-early/README.md': specText('Early') });
  const budget = createWatchBudget();
  let taken = 0;
  const take = () => {
    taken += 1;
    return budget.take();
  };
  const watches = { ...budget, take };
  const before = watchOf(folder.path, { watches });
  await before.begin();
  const kept = keptOf(before);
  await before[Symbol.asyncDispose]();
  assert.ok(taken > 0);
  taken = 0;
  const isFull = () => {
    void watch[Symbol.asyncDispose]();
    return false;
  };
  const watch = watchOf(folder.path, { watches, isFull });
  watch.recall(kept);
  await watch.begin();
  assert.equal(taken, 0);
});

test('a file that changes in the tick in which it was read is read again, also where its time was set back', async () => {
  await using folder = await openTemporaryFolder();
  const file = join(folder.path, 'a.md');
  await writeFile(file, 'One');
  await utimes(file, 1000.5, 1000.5);
  const first = await readAt(folder.path, 'a.md');
  assert.ok(first.is === 'file' && first.stamp === undefined, 'it may change once more without another stamp');
  const later = await eventually(async () => {
    const read = await readAt(folder.path, 'a.md');
    return read.is === 'file' && read.stamp;
  });
  assert.ok(sameStamp(later, await stat(file)));
  // Its file system may count whole seconds.
  await writeFile(file, 'Two');
  await utimes(file, 1000, 1000);
  await delay(100);
  const coarse = await readAt(folder.path, 'a.md');
  assert.ok(coarse.is === 'file' && coarse.stamp === undefined);
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

test('what an earlier release has noted in a folder that cannot be listed now is not gone', { skip }, async () => {
  using _ = dropPrivileges();
  await using known = await openKnown();
  const { root, now, key } = known;
  await makeSmallProject(root);
  await writeFiles(root, { [gonePath]: specText('Not gone') });
  const closed = join(root, 'specs/009-gone');
  await chmod(closed, 0o000);
  assert.ok(await startOnce(now, root));
  await chmod(closed, 0o755);
  assert.ok(now.sides.own.heldAt(key) !== undefined);
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

test('the order of a first look: what is other than it was known, folders that changed last, archives at the end', async () => {
  await using folder = await openTemporaryFolder();
  const files = ['specs/001-old/README.md', 'specs/archived/003-new/README.md', 'specs/002-new/README.md'];
  await writeFiles(folder.path, Object.fromEntries(files.map((path) => [path, specText(path)])));
  for (const [index, path] of ['specs/001-old', 'specs/002-new', 'specs/archived/003-new'].entries())
    await utimes(join(folder.path, path), 1000 + index, 1000 + index);
  const found = createPackedPaths();
  for (const path of files) found.add(path);
  const order = await newestFirst(folder.path, found, () => undefined);
  assert.deepEqual([...order], ['specs/002-new/README.md', 'specs/001-old/README.md', files[1]]);
  const stamps = new Map(
    await Promise.all(files.map(async (path) => [path, await stat(join(folder.path, path))] as const)),
  );
  await writeFiles(folder.path, { 'specs/001-old/README.md': specText('Changed while away') });
  const later = await newestFirst(folder.path, found, (path) => stamps.get(path));
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

/** How many documents the bridge has noted of its one project for its next start. */
async function keptIn(data: string): Promise<number> {
  const folder = join(data, 'manifests');
  const [file = ''] = await readdir(folder);
  const items: unknown[] = JSON.parse(await readFile(join(folder, file), 'utf8'));
  return items.reduce<number>((sum, item) => sum + (Array.isArray(item) ? item[1].length : 0), 0);
}

/** The large files that were read so far, one after the other. */
async function largeReads(slow: string): Promise<readonly string[]> {
  return (await readFile(`${slow}.reads`, 'utf8')).trimEnd().split('\n');
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
