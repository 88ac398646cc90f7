/** What screen readers read aloud by themselves. */
import assert from 'node:assert/strict';
import { glob, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';

const pwa = join(import.meta.dirname, '..', '..', 'pwa');
/** What shows a key, a secret or a link that signs in. */
const shown = /<(?:CommandLine|LinkToScan|code)\b/;

test('no key, secret or link to copy is in a part of a screen that is read aloud', async () => {
  let statuses = 0;
  for await (const file of glob('{features,shell,ui}/**/*.tsx', { cwd: pwa })) {
    const text = await readFile(join(pwa, file), 'utf8');
    for (const [, , inside = ''] of text.matchAll(/<(\w+)[^<>]*role="status"[^<>]*>([\s\S]*?)<\/\1>/g)) {
      statuses += 1;
      assert.doesNotMatch(inside, shown, file);
    }
  }
  assert.ok(statuses > 10);
});
