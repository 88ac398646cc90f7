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

/** Where JSON is parsed that does not come from the store: a body, a line of ops, a file, an answer, a browser's word; and where the store's is, checked. */
const parsers = [
  'api/middleware/strict-json.ts',
  'api/relay/documents/parse-ops.ts',
  'api/data-folder.ts',
  'api/backup.ts',
  'api/identity/passkey-challenges.ts',
  'api/store/tables.ts',
];

test('what is read of the store is checked: nothing else parses JSON', async () => {
  assert.deepEqual(await linesWith(/\bJSON\.parse\(/, ['api/contract/**', ...parsers]), []);
});

test('the names of shards are made and read in one file', async () => {
  assert.deepEqual(
    await linesWith(/['"`](?:[ompc]:|global['"`])|\bshard\.(?:slice|startsWith|split)\(/, ['api/store/shards.ts']),
    [],
  );
});
