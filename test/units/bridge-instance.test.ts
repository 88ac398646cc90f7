/** Who a bridge is: what stays over starts, and what a copy does not take along. */
import assert from 'node:assert/strict';
import { cp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { openInstance } from '../../bridge/data/instance.ts';
import { openTemporaryFolder } from '../kit/projects.ts';

test('each start on a folder is a later run of it, under a nonce of its own', async () => {
  await using folder = await openTemporaryFolder();
  const [first, second] = [await openInstance(folder.path), await openInstance(folder.path)];
  assert.equal(second.folder, first.folder);
  assert.deepEqual([first.run, second.run], [1, 2]);
  assert.notEqual(second.nonce, first.nonce);
});

test('a copy of the data folder is another bridge: it does not take the place of the first', async () => {
  await using folder = await openTemporaryFolder();
  const own = await openInstance(folder.path);
  await using copy = await openTemporaryFolder();
  await cp(folder.path, copy.path, { recursive: true });
  assert.notEqual((await openInstance(copy.path)).folder, own.folder);
});

test('a torn file costs the bridge its place in line, and nothing else', async () => {
  await using folder = await openTemporaryFolder();
  const before = await openInstance(folder.path);
  await writeFile(join(folder.path, 'instance.json'), '{"folder":"abc');
  const after = await openInstance(folder.path);
  assert.notEqual(after.folder, before.folder);
  assert.equal(after.run, 1);
});
