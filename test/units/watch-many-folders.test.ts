/** More folders than are watched by one call: each is heard by itself, and lets go of its watch by itself. */
import assert from 'node:assert/strict';
import { rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { foldersAtOnceMax } from '../../bridge/watch/watch-folder.ts';
import { eventually } from '../kit/eventually.ts';
import { inotifyWatches } from '../kit/inotify.ts';
import { specText, writeFiles } from '../kit/projects.ts';
import { openWatched } from '../kit/watched.ts';

const count = 2 * foldersAtOnceMax + 10;
const folderOf = (n: number) => `specs/${String(n).padStart(4, '0')}-spec`;
const readme = (n: number) => `${folderOf(n)}/README.md`;
const numbers = Array.from({ length: count }, (_, at) => at + 1);

test('of many specs every second is removed and one is renamed: the others are still heard, and no watch is left behind', async () => {
  const before = process.platform === 'linux' ? await inotifyWatches('self') : 0;
  const texts = Object.fromEntries(numbers.map((n) => [readme(n), specText(`Spec ${n}`)]));
  await using watched = await openWatched((root) => writeFiles(root, texts));
  const odd = numbers.filter((n) => n % 2 === 1);
  const even = numbers.filter((n) => n % 2 === 0);
  await Promise.all(odd.map((n) => rm(join(watched.root, folderOf(n)), { recursive: true })));
  await rename(join(watched.root, folderOf(2)), join(watched.root, folderOf(count + 1)));
  const left = [...even.slice(1), count + 1];
  await eventually(() => !odd.some((n) => watched.has(readme(n))) && watched.has(readme(count + 1)));
  const watches = async () => (await inotifyWatches('self')) - before;
  // The root, specs/ and those that are left.
  if (process.platform === 'linux') await eventually(async () => (await watches()) === left.length + 2);
  await Promise.all(left.map((n) => writeFile(join(watched.root, readme(n)), specText(`Saved ${n}`))));
  await eventually(() => left.every((n) => watched.titleOf(readme(n)) === `Saved ${n}`));
  assert.deepEqual(watched.told().filter((told) => told.startsWith('delete')).length, odd.length);
});
