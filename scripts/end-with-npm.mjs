// Preloaded by the npm scripts that run until they are stopped. npm and its shell stand between such a program and whoever
// started it, and pass neither their own end nor every signal on. So the program looks after both, and ends as by SIGTERM.
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { isMainThread } from 'node:worker_threads';

const lookEveryMs = 250;

if (isMainThread) await watchStarters();

async function watchStarters() {
  const shell = process.ppid;
  const npm = await parentOf(shell);
  const timer = setInterval(async () => {
    if (process.ppid === shell && isAlive(shell) && (await isStillBelow(shell, npm))) return;
    clearInterval(timer);
    if (!process.emit('SIGTERM', 'SIGTERM')) process.exit(143);
  }, lookEveryMs);
  timer.unref();
}

/** Whether npm is there. Linux tells it also of one that has ended and that nobody has waited for. */
async function isStillBelow(shell, npm) {
  if (npm === undefined) return true;
  return process.platform === 'linux' ? (await parentOf(shell)) === npm : isAlive(npm);
}

/** The parent of another process; undefined where the system does not tell. */
async function parentOf(pid) {
  try {
    if (process.platform === 'linux') {
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
      return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
    }
    const asked =
      process.platform === 'win32'
        ? [
            'powershell',
            '-NoProfile',
            '-Command',
            `(Get-CimInstance Win32_Process -Filter ProcessId=${pid}).ParentProcessId`,
          ]
        : ['ps', '-o', 'ppid=', '-p', String(pid)];
    const { stdout } = await promisify(execFile)(asked[0], asked.slice(1));
    return Number(stdout.trim()) || undefined;
  } catch {
    return undefined;
  }
}

/** Windows keeps the number of a parent that has ended, so the parent itself is asked. */
function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}
