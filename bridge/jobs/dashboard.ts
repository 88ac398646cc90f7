/** Whether the dashboard of a tool runs on this machine. */
import { codeOf } from '../files/guard.ts';
import type { ToolHome } from '../projects/homes.ts';
import { numberIn, readToolFile } from './tool-file.ts';

/** By the pid that it notes in its home. Where that cannot be read it may run: then it is left to it to run its jobs. */
export async function dashboardRuns(home: ToolHome): Promise<boolean> {
  try {
    const { bytes, fields } = await readToolFile(home, 'activeSession.json');
    if (bytes === null) return false;
    const pid = numberIn(fields, 'pid');
    return pid === undefined || !Number.isInteger(pid) || pid < 1 || (pid !== process.pid && runs(pid));
  } catch {
    return true;
  }
}

function runs(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // It runs, and belongs to somebody else.
    return codeOf(error) === 'EPERM';
  }
}
