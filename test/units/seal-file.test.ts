/** The keys of a sealed channel on the disk: whatever is written at once, cut off or forgotten, no counter is used twice with one key. */
import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { openSealFile, type SealFile } from '../../bridge/sessions/seal-file.ts';
import { openTemporaryFolder } from '../kit/projects.ts';

/** Opens the file of the first life, and what the next one reads of it. */
async function lives(
  first: (file: SealFile) => Promise<void>,
  between: (path: string) => Promise<void> = async () => {},
) {
  await using folder = await openTemporaryFolder();
  const path = join(folder.path, 'keys.jsonl');
  const before = await openSealFile(path);
  await first(before);
  await before[Symbol.asyncDispose]();
  await between(path);
  await using after = await openSealFile(path);
  return { before, after };
}

async function attachOf(file: SealFile, last: number) {
  const attach = { device: 'phone', key: Buffer.alloc(32), last: 0 };
  file.attaches.set('one', attach);
  await file.begun('one');
  attach.last = last;
  await file.used('one');
}

test('counters that are allowed at once are there after a restart, also where the file is rewritten meanwhile', async () => {
  for (let lines = 992; lines < 1002; lines++) {
    const { before, after } = await lives(async (file) => {
      await attachOf(file, 1);
      for (let line = 0; line < lines; line++) await file.used('one');
      await Promise.all([300, 100, 200].map((upTo) => file.allow(upTo)));
    });
    assert.deepEqual([before.upTo, after.upTo, after.out], [300, 300, before.out], `after ${lines} lines`);
  }
});

test('keys of an attach that was dropped meanwhile are not typed a second time after a restart', async () => {
  const { after } = await lives(async (file) => {
    await attachOf(file, 40);
    file.attaches.delete('one');
    await file.used('one');
  });
  assert.equal(after.attaches.get('one')?.last, 40);
});

test('of a file of keys whose end is gone, so that nothing says which counters were used, nothing counts', async () => {
  const cut = async (path: string) => await writeFile(path, `${(await readFile(path, 'utf8')).split('\n')[0]}\n`);
  const { before, after } = await lives((file) => file.allow(100), cut);
  assert.notDeepEqual(after.out, before.out);
});
