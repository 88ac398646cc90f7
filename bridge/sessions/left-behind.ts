/** What a keeper that was lost has left behind: the processes of a child that nobody holds any more. */
import { readFileSync } from 'node:fs';
import { sessionOf } from '../keeper/processes.ts';
import { beganOf } from '../system/began.ts';
import { isAlive } from '../system/is-alive.ts';
import type { KeptSession } from './kept-sessions.ts';

/** Those that surely belong to it; undefined where the system does not tell, and some may. */
export function leftOf({ process: noted, record }: KeptSession): readonly number[] | undefined {
  if (noted === undefined) return undefined;
  const { pid, began } = noted;
  if (process.platform !== 'linux') return isAlive(pid) || isGroupAlive(pid) ? undefined : [];
  const members = sessionOf(pid);
  if (began !== '' && beganOf(pid) === began) return members;
  // Its first process has ended. The id of that one may be another's by now, and so may its session.
  return members.filter((member) => isMarked(member, record.id));
}

function isGroupAlive(pid: number): boolean {
  return process.platform !== 'win32' && isAlive(-pid);
}

/** Whether it was begun with the variable that a child has from the keeper. */
function isMarked(pid: number, id: string): boolean {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0').includes(`SALLYPORT_TERMINAL=${id}`);
  } catch {
    return false;
  }
}
