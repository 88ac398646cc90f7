/** Whoever stops or kills what they started gets everything stopped: npm and its shell stand between, and pass nothing on. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { eventually } from '../kit/eventually.ts';
import { freePort } from '../kit/free-port.ts';
import { cleanEnvironment } from '../kit/process.ts';
import { makeSmallProject, openTemporaryFolder } from '../kit/projects.ts';

const root = join(import.meta.dirname, '..', '..');

/** Runs one of the package's scripts by npm, as a user would; ended with the test, however it went. */
function npmRun(t: TestContext, script: string, args: readonly string[], home: string): ChildProcess {
  const child = spawn('npm', ['run', '--silent', script, '--', ...args], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'pipe'],
    detached: true,
    env: { ...cleanEnvironment(), HOME: home, USERPROFILE: home },
  });
  t.after(() => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
    } catch {
      // The whole group is gone, as it should be.
    }
  });
  return child;
}

async function isListening(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

/** Whether any process of the group that npm leads still runs; one that has ended and that nobody has waited for does not. */
function isAnyLeft({ pid }: ChildProcess): boolean {
  const { stdout } = spawnSync('ps', ['-A', '-o', 'pgid=,stat='], { encoding: 'utf8' });
  return stdout.split('\n').some((line) => {
    const [group, state = ''] = line.trim().split(/\s+/);
    return Number(group) === pid && !state.startsWith('Z');
  });
}

for (const signal of ['SIGTERM', 'SIGKILL'] as const)
  test(`${signal} to npm start leaves neither relay nor bridge behind, and the port is free within 2 s`, async (t) => {
    await using folder = await openTemporaryFolder();
    const project = await makeSmallProject(join(folder.path, 'shop'));
    const port = await freePort();
    const npm = npmRun(t, 'start', ['--port', String(port), '--data', join(folder.path, 'data'), project], folder.path);
    await eventually(() => isListening(port), { timeoutMs: 60_000 });

    npm.kill(signal);

    await eventually(async () => !(await isListening(port)) && !isAnyLeft(npm), { timeoutMs: 2000 });
  });

test('SIGKILL to npm run api ends the relay too', async (t) => {
  await using folder = await openTemporaryFolder();
  const port = await freePort();
  const npm = npmRun(t, 'api', ['--port', String(port), '--data', join(folder.path, 'data')], folder.path);
  await eventually(() => isListening(port), { timeoutMs: 60_000 });

  npm.kill('SIGKILL');

  await eventually(async () => !(await isListening(port)) && !isAnyLeft(npm), { timeoutMs: 2000 });
});
