/** What the repository promises of how the store is used. */
import assert from 'node:assert/strict';
import { glob, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';

const root = join(import.meta.dirname, '..', '..');

/** The lines of code in `api/` that a pattern matches, but for files that may have them. */
async function linesWith(pattern: RegExp, allowed: readonly string[]): Promise<readonly string[]> {
  const found: string[] = [];
  for await (const file of glob('api/**/*.ts', { cwd: root, exclude: allowed })) {
    const lines = (await readFile(join(root, file), 'utf8')).split('\n');
    found.push(
      ...lines.flatMap((line, at) =>
        pattern.test(line.replace(/^\s*(?:\/\*\*|\/\/|\*).*/, '')) ? [`${file}:${at + 1} ${line.trim()}`] : [],
      ),
    );
  }
  return found;
}

test('the names of shards are made and read in one file', async () => {
  assert.deepEqual(
    await linesWith(/['"`](?:[ompc]:|global['"`])|\bshard\.(?:slice|startsWith|split)\(/, ['api/store/shards.ts']),
    [],
  );
});
