/** Copies of the store: each is whole, whatever is written meanwhile. Those that nobody fetched are removed with the next one, and none of them is in its way. */
import assert from 'node:assert/strict';
import { readdir, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { createBackups } from '../../api/backups.ts';
import { openSqlite } from '../../api/store/sqlite/sqlite.ts';
import type { Store } from '../../api/store/store.ts';
import { openTemporaryFolder } from '../kit/projects.ts';

test('a copy of yesterday goes with the next backup, one of now stays, and one that is fetched at that moment stops nothing', async () => {
  await using folder = await openTemporaryFolder();
  await using store = openSqlite(':memory:');
  const copy = (digit: number) => `backup-${String(digit).repeat(16)}.sqlite`;
  for (const digit of [1, 2]) await writeFile(join(folder.path, copy(digit)), '');
  const yesterday = new Date(Date.now() - 24 * 60 * 60 * 1000);
  await utimes(join(folder.path, copy(1)), yesterday, yesterday);
  // It is in the list and no longer there, as one that its owner removes meanwhile.
  await symlink('nowhere', join(folder.path, copy(3)));
  const made = await createBackups(store, folder.path)();
  assert.deepEqual((await readdir(folder.path)).sort(), [basename(made), copy(2), copy(3)].sort());
});

test('backups that are made while people write all succeed, and each has whole writes', async () => {
  await using folder = await openTemporaryFolder();
  await using store = openSqlite(join(folder.path, 'relay.sqlite'));
  const over = new AbortController();
  const writing = write(store, over.signal);
  try {
    const make = createBackups(store, folder.path);
    for (let round = 0; round < 60; round++) {
      const path = await make();
      await using copy = openSqlite(path);
      const [one, other] = await copy.rows('shop', both);
      assert.equal(one?.value, other?.value);
      await rm(path);
    }
  } finally {
    over.abort();
    await writing;
  }
});

const both = ['one', 'other'].map((key) => ({ table: 'text', key }));

/** Writes both rows at once, again and again. */
async function write(store: Store, signal: AbortSignal): Promise<void> {
  for (let count = 0; !signal.aborted; count++) {
    const value = `${count} `.repeat(500);
    await store.commit('shop', { put: both.map((name) => ({ ...name, value })) });
    if (count % 3 === 0) await turn();
  }
}
