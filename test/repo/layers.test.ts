/** Which folder of `api/` may import which: what lies below never knows who uses it. */
import assert from 'node:assert/strict';
import { glob, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { test } from 'node:test';

const root = join(import.meta.dirname, '..', '..');

/** The folders and files that each may import beside itself and the contract. Identity makes the shard of an organisation and takes people out of it; what the core does then is in two files. */
const below: Readonly<Record<string, readonly string[]>> = {
  store: [],
  audit: ['store'],
  relay: ['store', 'audit'],
  identity: ['store', 'audit', 'relay/retention.ts', 'relay/person-left.ts', 'fair-queue.ts', 'limited-fetch.ts'],
};

test('the store, the audit, the core and identity import only what lies below them', async () => {
  const upwards: string[] = [];
  for (const [folder, allowed] of Object.entries(below)) {
    for await (const file of glob(`api/${folder}/**/*.ts`, { cwd: root })) {
      for (const [, target = ''] of (await readFile(join(root, file), 'utf8')).matchAll(/from '(\.[^']+)'/g)) {
        const found = join(dirname(file), target).slice('api/'.length);
        if (![folder, ...allowed].some((one) => found === one || found.startsWith(`${one}/`)))
          upwards.push(`${file} → ${target}`);
      }
    }
  }
  assert.deepEqual(upwards, []);
});
