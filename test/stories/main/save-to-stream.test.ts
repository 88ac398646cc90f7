/** What is saved on the machine reaches a reader, in order and without gaps, whatever falls over in between. */
import assert from 'node:assert/strict';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { openApi } from '../../kit/api.ts';
import { openBridge } from '../../kit/bridge.ts';
import { openStream, type Told } from '../../kit/event-stream.ts';
import { eventually } from '../../kit/eventually.ts';
import { openMeddler } from '../../kit/meddler.ts';
import { makeSmallProject, specText, writeFiles } from '../../kit/projects.ts';
import { openWorld } from '../../kit/world.ts';

const first = 'specs/001-first-light/README.md';

/** Whether an event says that the document at `path` now has a field. */
function says(path: string, field: string, value: unknown): (told: Told) => boolean {
  return ({ op, document }) => op === 'put' && document?.path === path && document.meta[field] === value;
}

test('a saved spec reaches a reader of the stream as it is on the disk', async () => {
  await using world = await openWorld();
  const root = await makeSmallProject(join(world.folder, 'shop'));
  const machine = await world.startMachine('laptop', [root]);
  await using stream = await openStream(world.url, world.key);

  const text = specText('First light', { status: 'complete' });
  await writeFile(join(root, first), text);

  await stream.event(says(first, 'status', 'complete'));
  assert.equal((await machine.document(first)).text, text);
});

test('a reader that goes on from its offset misses nothing and repeats nothing (S2)', async () => {
  await using world = await openWorld();
  const root = await makeSmallProject(join(world.folder, 'shop'));
  await world.startMachine('laptop', [root]);
  const before = await openStream(world.url, world.key);
  await writeFile(join(root, first), specText('First light', { assignee: 'a0' }));
  await before.event(says(first, 'assignee', 'a0'));
  await before[Symbol.asyncDispose]();

  for (const n of [1, 2, 3]) {
    await writeFile(join(root, first), specText('First light', { assignee: `a${n}` }));
    await eventually(async () => {
      const { items } = await world.call<{ items: unknown[] }>(
        'GET',
        `/v1/machines/laptop/documents?meta.assignee=a${n}`,
      );
      return items.length === 1;
    });
  }

  await using after = await openStream(world.url, world.key, before.feeds());
  await after.event(says(first, 'assignee', 'a3'));
  const assignees = after.events.flatMap(({ document }) => (document === undefined ? [] : [document.meta.assignee]));
  assert.deepEqual(assignees, ['a1', 'a2', 'a3']);
});

test('the relay restarted in mid-poll: the bridge comes back by itself and the next save arrives (B14)', async () => {
  await using world = await openWorld();
  const root = await makeSmallProject(join(world.folder, 'shop'));
  const machine = await world.startMachine('laptop', [root]);

  await world.restartApi('SIGKILL', async () => {
    await writeFile(join(root, first), specText('Saved while the relay was down', { status: 'complete' }));
  });

  await eventually(async () => (await machine.document(first)).title === 'Saved while the relay was down', {
    timeoutMs: 30_000,
  });
  assert.equal(machine.bridge().child.exitCode, null);
});

test('what is saved while an upload is under way goes together with the next one (B21)', async () => {
  await using relay = await openApi();
  const { promise: gate, resolve: open } = Promise.withResolvers<void>();
  await using box = await openMeddler(relay.url);
  await using bridge = await openBridge(relay, { through: box.url });
  await bridge.event('synced');
  const uploads = () => box.met.filter(({ path }) => path.startsWith('/v1/bridge/ingest'));
  const before = uploads().length;
  box.meddle = ({ path }) => (path.startsWith('/v1/bridge/ingest') ? { after: gate } : undefined);
  const second = 'specs/002-second-wind/README.md';
  const third = 'specs/002-second-wind/DESIGN.md';

  await writeFile(join(bridge.root, first), specText('The first'));
  await eventually(() => uploads().length === before + 1);
  await saved(bridge.root, second, 'The second');
  await saved(bridge.root, third, 'The third');
  open();

  await eventually(async () => (await bridge.documents()).get(third)?.title === 'The third');
  const [, next = assert.fail(), ...others] = uploads().slice(before);
  assert.ok(next.text().includes(second) && next.text().includes(third), next.text());
  assert.deepEqual(others, []);
});

/** Writes a spec; resolves when the bridge in this process has described it. */
async function saved(root: string, path: string, title: string): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const hear = (changes: unknown) => {
    if ((changes as readonly { path: string }[]).some((change) => change.path === path)) resolve();
  };
  subscribe('sallyport:bridge:described', hear);
  await writeFile(join(root, path), specText(title));
  await promise;
  unsubscribe('sallyport:bridge:described', hear);
}

test('a folder renamed, a file replaced and a swap file: nothing is falsely deleted, what is gone is gone', async () => {
  await using world = await openWorld();
  const root = await makeSmallProject(join(world.folder, 'shop'));
  const machine = await world.startMachine('laptop', [root]);
  await using stream = await openStream(world.url, world.key);

  await writeFiles(root, {
    'specs/001-first-light/.README.md.swp': 'swap',
    'specs/001-first-light/README.md~': 'backup',
  });
  await writeFile(join(root, 'specs/001-first-light/4913'), '');
  await rm(join(root, 'specs/001-first-light/4913'));
  await writeFile(join(root, 'new'), specText('Replaced in one rename'));
  await rename(join(root, 'new'), join(root, first));
  await rename(join(root, 'specs/002-second-wind'), join(root, 'specs/004-fourth-wall'));
  await rm(join(root, 'specs/003-third-time'), { recursive: true });

  const paths = await eventually(async () => {
    const documents = (await machine.documents()).filter(({ path }) => path.startsWith('specs/'));
    assert.deepEqual(documents.map(({ path }) => path).sort(), [
      first,
      'specs/004-fourth-wall/DESIGN.md',
      'specs/004-fourth-wall/README.md',
    ]);
    return documents;
  });
  assert.ok(paths.some(({ title }) => title === 'Replaced in one rename'));
  const deleted = stream.events.flatMap(({ op, key }) => (op === 'delete' ? [key.split('\n')[1]] : []));
  assert.ok(!deleted.includes(first), `falsely deleted: ${deleted}`);
});
