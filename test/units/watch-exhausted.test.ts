/** A system that gives no more watches. */
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { openApi } from '../kit/api.ts';
import { eventually } from '../kit/eventually.ts';
import { makeSmallProject, openTemporaryFolder, specText } from '../kit/projects.ts';

const fewWatches = 'echo 4 > /proc/sys/user/max_inotify_watches && exec "$@"';
const unshare = ['unshare', ['-Ur', 'sh', '-c', fewWatches, 'sh']] as const;
const skip = spawnSync(unshare[0], [...unshare[1], 'true']).status === 0 ? false : 'no user namespaces here';

test('without watches for all its folders a project is looked at every few seconds, which is said, and a save still arrives', {
  skip,
}, async () => {
  await using folder = await openTemporaryFolder();
  await using relay = await openApi();
  const root = await makeSmallProject(join(folder.path, 'shop'));
  const { id, key } = await relay.api.createMachine('laptop');
  const program = join(import.meta.dirname, '../../bridge/main.ts');
  const args = ['run', '--url', relay.url, '--key', key, '--data', join(folder.path, 'data'), '--json', root];
  const child = spawn(unshare[0], [...unshare[1], process.execPath, program, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = once(child, 'exit');
  child.stderr.resume();
  const events: { event: string; state?: string; why?: string }[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => events.push(JSON.parse(line)));
  try {
    const polled = await eventually(() => events.find(({ state }) => state === 'polled'));
    assert.match(
      polled.why ?? '',
      /gives no more watches \(raise fs\.inotify\.max_user_watches\); looking at 5 of 9 folders every few seconds/,
    );
    await eventually(() => events.some(({ event }) => event === 'synced'));
    const path = 'specs/001-first-light/README.md';
    await writeFile(join(root, path), specText('Seen by looking'));
    const listed = `/v1/machines/${id}/documents?q=Seen`;
    await eventually(async () => (await relay.ask<{ items: unknown[] }>('GET', listed)).json.items.length === 1, {
      timeoutMs: 15_000,
    });
  } finally {
    child.kill('SIGTERM');
    await ended;
  }
});
