/** Whether a process runs: one that has ended does not, also where its parent never asks for its end. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { livingDashboard } from '../../bridge/agents/session-file.ts';
import { lockHolder, openLock } from '../../bridge/data/lock.ts';
import { isRunning, noteRun, readLastRun, runByCron } from '../../bridge/service/last-run.ts';
import { beganOf } from '../../bridge/system/began.ts';
import { isAlive } from '../../bridge/system/is-alive.ts';
import { eventually } from '../kit/eventually.ts';
import { openTemporaryFolder } from '../kit/projects.ts';

const linuxOnly = { skip: process.platform !== 'linux' && 'Linux alone lists those' };

test('a bridge that was killed in a container without an init keeps no other from starting', linuxOnly, async (t) => {
  const pid = await startForgotten(t);
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

test('a dashboard that was killed there does not keep agents from the bridge’s door', linuxOnly, async (t) => {
  const pid = await startForgotten(t);
  await using folder = await openTemporaryFolder();
  await mkdir(folder.path, { recursive: true });
  await writeFile(join(folder.path, 'activeSession.json'), JSON.stringify({ url: 'http://localhost:5000', pid }));
  assert.equal(livingDashboard([folder.path])?.pid, pid);
  process.kill(pid, 'SIGKILL');
  await eventually(() => livingDashboard([folder.path]) === undefined);
});

test(
  'after a power cut, a service is not called running because another process has its number now',
  linuxOnly,
  async () => {
    await using folder = await openTemporaryFolder();
    const end = await noteRun(folder.path, 0, ['--service=cron']);
    assert.ok(isRunning(runByCron(folder.path)));
    const file = join(folder.path, 'service-run.json');
    await writeFile(
      file,
      JSON.stringify({ ...readLastRun(folder.path), began: `before-the-power-cut ${process.pid}` }),
    );
    assert.ok(!isRunning(runByCron(folder.path)));
    await end(0);
  },
);

/** A process whose parent never asks how it has ended. */
async function startForgotten(t: TestContext): Promise<number> {
  const parent = spawn('sh', ['-c', 'sleep 60 & echo $!; exec sleep 60'], { stdio: ['ignore', 'pipe', 'ignore'] });
  t.after(() => parent.kill('SIGKILL'));
  const said = await new Promise<string>((resolve) => parent.stdout.once('data', (text) => resolve(String(text))));
  return Number(said);
}
