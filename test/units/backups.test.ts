/** Copies of the store that nobody fetched: the relay removes them with the next one, and none of them is in its way. */
import assert from 'node:assert/strict';
import { readdir, symlink, utimes, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { test } from 'node:test';
import { createBackups } from '../../api/backups.ts';
import { openSqlite } from '../../api/store/sqlite/sqlite.ts';
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
