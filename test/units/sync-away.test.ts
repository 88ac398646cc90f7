/** Projects that come and go, and what the relay is told of them. */
import assert from 'node:assert/strict';
import { readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { openApi } from '../kit/api.ts';
import { eventually } from '../kit/eventually.ts';
import { startProgram } from '../kit/process.ts';
import { makeSmallProject, openTemporaryFolder, specText, writeFiles } from '../kit/projects.ts';

test('a project that is not there at the start keeps its documents at the relay, and goes on when it is back', async () => {
  await using world = await openWorld();
  {
    await using bridge = world.start();
    await bridge.line(({ event }) => event === 'synced');
    await bridge.end();
  }
  await rename(world.root, `${world.root}-unmounted`);
  await using bridge = world.start();
  assert.equal((await bridge.line(({ event }) => event === 'connected')).resync, false);
  await bridge.line(({ event }) => event === 'synced');
  assert.equal((await world.documents()).length, 8);

  await writeFile(join(`${world.root}-unmounted`, 'specs/001-first-light/README.md'), specText('While unmounted'));
  await rename(`${world.root}-unmounted`, world.root);
  await eventually(async () => (await world.documents()).some(({ title }) => title === 'While unmounted'), {
    timeoutMs: 15_000,
  });
  assert.equal((await world.documents()).length, 8);
});

test('neither a first start nor a later one compares anything, and after a change only that is sent', async () => {
  await using world = await openWorld();
  {
    await using bridge = world.start();
    assert.equal((await bridge.line(({ event }) => event === 'connected')).resync, false);
    await bridge.line(({ event }) => event === 'synced');
    assert.equal((await world.documents()).length, 8);
    await bridge.end();
  }
  {
    await using bridge = world.start();
    assert.equal((await bridge.line(({ event }) => event === 'connected')).resync, false);
    await bridge.line(({ event }) => event === 'synced');
    await bridge.end();
  }
  await writeFile(join(world.root, 'specs/001-first-light/README.md'), specText('Changed in between'));
  await using bridge = world.start();
  assert.equal((await bridge.line(({ event }) => event === 'connected')).resync, false);
  await bridge.line(({ event }) => event === 'synced');
  assert.ok((await world.documents()).some(({ title }) => title === 'Changed in between'));
});

test('a relay that has something else than it was left with is compared with, and then has what is on the disk', async () => {
  await using world = await openWorld();
  const told = await keptManifest(world);
  await rm(join(world.root, 'specs/001-first-light'), { recursive: true });
  await writeFiles(world.root, { 'specs/007-new/README.md': specText('New') });
  {
    await using bridge = world.start();
    await bridge.line(({ event }) => event === 'synced');
    await bridge.end();
  }
  const now = (await world.documents()).map(({ path }) => path);
  // A data folder from a backup: it believes that the relay has what it had then.
  await writeFile(told.file, told.text);
  await using bridge = world.start();
  assert.equal((await bridge.line(({ event }) => event === 'connected')).resync, true);
  await bridge.line(({ event }) => event === 'synced');
  assert.deepEqual((await world.documents()).map(({ path }) => path).sort(), now.sort());
  assert.ok(now.includes('specs/007-new/README.md') && !now.some((path) => path.includes('001-first-light')));
});

test('a format that begins while the bridge runs is announced', async () => {
  await using world = await openWorld();
  await using bridge = world.start();
  await bridge.line(({ event }) => event === 'synced');
  await writeFiles(world.root, { '.spec-context/specs/pay/tasks.md': '- [ ] 1. Begin\n' });
  await eventually(async () => {
    const { json } = await world.relay.ask<{ projects: { formats: string[] }[] }>('GET', '/v1/machines/laptop');
    return json.projects[0]?.formats.includes('spec-context');
  });
});

test('a bridge killed without a word leaves its documents as they were and comes back with what changed', async () => {
  await using world = await openWorld();
  {
    await using bridge = world.start();
    await bridge.line(({ event }) => event === 'synced');
    await bridge.end('SIGKILL');
  }
  await writeFiles(world.root, { 'specs/007-new/README.md': specText('New') });
  await using bridge = world.start();
  await bridge.line(({ event }) => event === 'synced');
  assert.equal((await world.documents()).length, 9);
});

/** What a bridge notes of its project once all is up, and where. */
async function keptManifest(world: Awaited<ReturnType<typeof openWorld>>) {
  {
    await using bridge = world.start();
    await bridge.line(({ event }) => event === 'synced');
    await bridge.end();
  }
  const folder = join(world.data, 'manifests');
  const [name = ''] = await readdir(folder);
  const file = join(folder, name);
  return { file, text: await readFile(file, 'utf8') };
}

async function openWorld() {
  const folder = await openTemporaryFolder();
  const relay = await openApi();
  const root = await makeSmallProject(join(folder.path, 'shop'));
  const { id, key } = await relay.api.createMachine('laptop');
  const data = join(folder.path, 'data');
  const args = ['run', '--url', relay.url, '--key', key, '--data', data, '--json', root];
  return {
    data,
    relay,
    root,
    start: () => startProgram('bridge/main.ts', args),
    documents: async () => {
      const { json } = await relay.ask<{ items: { path: string; title?: string }[] }>(
        'GET',
        `/v1/machines/${id}/documents?limit=500`,
      );
      return json.items;
    },
    [Symbol.asyncDispose]: async () => {
      await relay[Symbol.asyncDispose]();
      await folder[Symbol.asyncDispose]();
    },
  };
}
