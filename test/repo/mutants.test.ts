/** The rules that guard data are where `test/mutants` takes them out, which its own run would find out much later. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { mutants } from '../mutants/mutants.ts';

const root = join(import.meta.dirname, '..', '..');

test('each rule that guards data stands in its file once', async () => {
  const wrong: string[] = [];
  for (const { rule, file, line } of mutants) {
    const times = (await readFile(join(root, file), 'utf8')).split(line).length - 1;
    if (times !== 1) wrong.push(`${rule}: ${file} has the line ${times} times`);
  }
  assert.deepEqual(wrong, []);
});
