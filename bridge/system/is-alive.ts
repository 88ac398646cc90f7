/** Whether a process of this machine runs. */

/** Whether a process with this id runs, whoever owns it; of an id below 0, any of that group. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // It runs, and belongs to another user.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
