/** The tables of docs/ that are made from declarations say what the declarations say. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { filesWithTables, withTables } from '../../scripts/docs.ts';

for (const file of filesWithTables)
  test(`${file} is up to date (npm run docs)`, async () => {
    assert.equal(await readFile(join(import.meta.dirname, '..', '..', file), 'utf8'), await withTables(file));
  });
