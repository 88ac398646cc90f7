/** When a process began: with its id it names that one process, because ids are used again. */
import { readFileSync } from 'node:fs';

/** Start time of a process in clock ticks since boot, with the boot's id; '' where the system does not tell. */
export function beganOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const ticks = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
    return `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()} ${ticks}`;
  } catch {
    return '';
  }
}
