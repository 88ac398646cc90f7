/** The package's scripts as a user runs them: npm, its shell and all that they start, as one group of processes. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { cleanEnvironment } from './process.ts';

const root = join(import.meta.dirname, '..', '..');

/** Runs one of the package's scripts by npm, as a user would; ended with the test, however it went. */
export function npmRun(t: TestContext, script: string, args: readonly string[], home: string): ChildProcess {
  const child = spawn('npm', ['run', '--silent', script, '--', ...args], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
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

/** Whether something listens at a port of this machine. */
export async function isListening(port: number): Promise<boolean> {
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
export function isAnyLeft({ pid }: ChildProcess): boolean {
  const { stdout } = spawnSync('ps', ['-A', '-o', 'pgid=,stat='], { encoding: 'utf8' });
  return stdout.split('\n').some((line) => {
    const [group, state = ''] = line.trim().split(/\s+/);
    return Number(group) === pid && !state.startsWith('Z');
  });
}
