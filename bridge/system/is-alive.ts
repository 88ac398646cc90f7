/** Whether a process of this machine runs. */
import { readFileSync } from 'node:fs';
import { beganOf } from './began.ts';

/** Whether a process with this id runs, of any user; of an id below 0, any of that group. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !hasEnded(pid);
  } catch (error) {
    // It runs, and belongs to another user.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** The same of the one process that `beganOf` answered `began` for: its id may be another's by now. */
export function isStillAlive({
  pid,
  began = '',
}: {
  readonly pid: number;
  readonly began?: string | undefined;
}): boolean {
  if (!isAlive(pid)) return false;
  const now = beganOf(pid);
  return began === '' || now === '' || now === began;
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
