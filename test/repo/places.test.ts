/** A link of the app leads somewhere: each place that is named in a link is one that a feature brings. */
import assert from 'node:assert/strict';
import { glob, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';

const app = join(import.meta.dirname, '..', '..', 'pwa');

/** What an expression finds in the app's sources, each once. */
async function found(pattern: string, expression: RegExp): Promise<readonly string[]> {
  const names = new Set<string>();
  for await (const file of glob(pattern, { cwd: app }))
    for (const [, name = ''] of (await readFile(join(app, file), 'utf8')).matchAll(expression)) names.add(name);
  return [...names].sort();
}

test('no link of the app names a place that no feature brings', async () => {
  const brought = await found('features/*/index.ts', /^(?: {6}| {4}\{ )name: '([a-z-]+)',/gm);
  const named = await found('{App.tsx,{views,features,state}/**/*.{ts,tsx}}', /\b(?:place|under): '([a-z-]+)'/g);
  assert.ok(brought.length > 10 && named.length > 10);
  assert.deepEqual(
    named.filter((name) => !brought.includes(name)),
    [],
  );
});
