/** Whether a process of this machine runs. */
import { readFileSync } from 'node:fs';

/** Whether a process with this id runs, whoever owns it; of an id below 0, any of that group. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !hasEnded(pid);
  } catch (error) {
    // It runs, and belongs to another user.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Whether Linux still lists a process that has ended, because nobody has asked for its end: in a container that may last. */
function hasEnded(pid: number): boolean {
  if (process.platform !== 'linux' || pid <= 0) return false;
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return /^[ZX]/.test(stat.slice(stat.lastIndexOf(')') + 2));
  } catch {
    return false;
  }
}
