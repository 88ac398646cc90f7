/** The tables of docs/ that are made from declarations say what the declarations say. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { test } from 'node:test';
import { filesWithTables, withTables } from '../../scripts/docs.ts';

const root = join(import.meta.dirname, '..', '..');

for (const file of filesWithTables)
  test(`${file} is up to date (npm run docs)`, async () => {
    assert.equal(await readFile(join(root, file), 'utf8'), await withTables(file));
  });

test('every test that security.md names is there', async () => {
  const text = await readFile(join(root, 'docs/security.md'), 'utf8');
  const named = [...text.matchAll(/`((?:test\/[\w/-]+\/)?[\w-]+\.test\.ts)`/g)].map(([, file = '']) => file);
  assert.ok(named.length > 10);
  let folder = '';
  for (const file of named) {
    folder = file.includes('/') ? dirname(file) : folder;
    assert.ok(existsSync(join(root, folder, basename(file))), file);
  }
});

test('every file that architecture.md names is there', async () => {
  const text = await readFile(join(root, 'docs/architecture.md'), 'utf8');
  const named = [...text.matchAll(/`((?:api|bridge|pwa|test|scripts)\/[\w/.-]*)`/g)].map(([, file = '']) => file);
  assert.ok(named.length > 40);
  // A path without an ending names a folder.
  assert.deepEqual(
    named.filter((file) => !existsSync(join(root, file))),
    [],
  );
});
