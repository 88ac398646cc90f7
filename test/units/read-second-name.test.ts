/** A new file has two names for a moment, because a write of ours links it to its place: one look at it must do, whenever it comes. */
import assert from 'node:assert/strict';
import { link, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { readAt } from '../../bridge/files/read.ts';
import { temporaryPrefix } from '../../bridge/files/temporary.ts';
import { openTemporaryFolder } from '../kit/projects.ts';

test('a file that loses its temporary name while it is read is read, and one with another name for good is not', async () => {
  await using folder = await openTemporaryFolder();
  const [file, temporary] = [join(folder.path, 'kept.json'), join(folder.path, `${temporaryPrefix}one.new`)];
  const seen = new Set<string>();
  for (let round = 0; round < 300; round += 1) {
    await writeFile(temporary, 'one');
    await link(temporary, file);
    const [read] = await Promise.all([readAt(folder.path, 'kept.json'), rm(temporary)]);
    seen.add('why' in read ? read.why : read.is);
    await rm(file);
  }
  assert.deepEqual([...seen], ['file']);

  await writeFile(file, 'one');
  await link(file, join(folder.path, 'other.json'));
  assert.equal((await readAt(folder.path, 'kept.json')).is, 'other');
});
