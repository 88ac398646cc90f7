/** Whether a process runs: one that has ended does not, also where its parent never asks for its end. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { lockHolder, openLock } from '../../bridge/data/lock.ts';
import { beganOf } from '../../bridge/system/began.ts';
import { isAlive } from '../../bridge/system/is-alive.ts';
import { eventually } from '../kit/eventually.ts';
import { openTemporaryFolder } from '../kit/projects.ts';

test('a bridge that was killed in a container without an init keeps no other from starting', {
  skip: process.platform !== 'linux' && 'Linux alone lists those',
}, async (t) => {
  // What it becomes never asks how its child has ended.
  const parent = spawn('sh', ['-c', 'sleep 60 & echo $!; exec sleep 60'], { stdio: ['ignore', 'pipe', 'ignore'] });
  t.after(() => parent.kill('SIGKILL'));
  const said = await new Promise<string>((resolve) => parent.stdout.once('data', (text) => resolve(String(text))));
  const pid = Number(said);
  await using folder = await openTemporaryFolder();
  await mkdir(folder.path, { recursive: true });
  await writeFile(join(folder.path, 'lock'), JSON.stringify({ pid, began: beganOf(pid), id: '0000' }));
  assert.ok(isAlive(pid));
  assert.deepEqual(lockHolder(folder.path), { pid });
  process.kill(pid, 'SIGKILL');
  await eventually(() => !isAlive(pid));
  process.kill(pid, 0);
  assert.equal(lockHolder(folder.path), undefined);
  await using _lock = await openLock(folder.path);
});
