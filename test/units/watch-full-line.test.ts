/** A long look at a project that waits until what it has read has gone up: meanwhile everything else counts at once. */
import assert from 'node:assert/strict';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { limits } from '#contract/limits.ts';
import { eventually } from '../kit/eventually.ts';
import { specText, writeFiles } from '../kit/projects.ts';
import { type Line, openWatched } from '../kit/watched.ts';

const readme = (name: string) => `specs/${name}/README.md`;
const names = ['001-kept', '002-secret', '003-removed', '004-written'];
const texts = Object.fromEntries(names.map((name) => [readme(name), specText(name)]));

test('a person who sees in the middle of a first upload what they do not want to send ignores it, and it leaves no more', async () => {
  const line: Line = { isFull: true };
  await using watched = await openWatched((root) => writeFiles(root, texts), { line });
  await eventually(() => names.every((name) => watched.has(readme(name))));
  await writeFile(join(watched.root, '.sallyportignore'), 'specs/002-secret/\n');
  await eventually(() => !watched.has(readme('002-secret')));
  assert.ok(watched.told().includes(`delete ${readme('002-secret')}`));
  line.isFull = false;
  await watched.quiet();
  assert.ok(watched.has(readme('001-kept')) && !watched.has(readme('002-secret')));
});

test('what is removed, and what a command writes, is seen while a look at everything waits for the line', async () => {
  const line: Line = { isFull: false };
  await using watched = await openWatched((root) => writeFiles(root, texts), { line });
  line.isFull = true;
  const looking = watched.rescan();
  await rm(join(watched.root, 'specs/003-removed'), { recursive: true });
  await eventually(() => !watched.has(readme('003-removed')));
  await writeFiles(watched.root, { [readme('004-written')]: specText('By a command') });
  await watched.takeIn(readme('004-written'));
  assert.equal(watched.titleOf(readme('004-written')), 'By a command');
  line.isFull = false;
  await looking;
});

test('who waits for a spec that was not read yet does not wait for all the others to be up', async () => {
  const line: Line = { isFull: true };
  // More than are told at once.
  const many = Array.from({ length: limits.ingestOpsMax + 1 }, (_, n) => readme(`${n}-many`));
  const all = Object.fromEntries(many.map((path) => [path, specText(path)]));
  await using watched = await openWatched((root) => writeFiles(root, all), { line });
  await eventually(() => watched.has(many[0] ?? '') || watched.has(many.at(-1) ?? ''));
  assert.ok(!many.every(watched.has));
  void watched.untilRead();
  await eventually(() => many.every(watched.has));
});
