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

test('every test that networks.md names is there, and each row of the field has one', async () => {
  const text = await readFile(join(root, 'docs/networks.md'), 'utf8');
  const files = [...text.matchAll(/`(test\/[\w/-]+\.test\.ts)`/g)].map(([, file = '']) => file);
  assert.deepEqual(
    files.filter((file) => !existsSync(join(root, file))),
    [],
  );
  const field = /## What breaks in the field[\s\S]*?(?=\n## )/.exec(text)?.[0] ?? '';
  const rows = field.split('\n').filter((line) => line.startsWith('| '));
  assert.ok(rows.length > 20);
  for (const row of rows.slice(1)) {
    const named = [...(row.split('|').at(-2) ?? '').matchAll(/`([\w-]+)`/g)].map(([, name = '']) => name);
    assert.notEqual(named.length, 0, row);
    for (const name of named)
      assert.ok(
        ['firewall', 'browser', 'stories'].some((folder) => existsSync(join(root, 'test', folder, `${name}.test.ts`))),
        name,
      );
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
