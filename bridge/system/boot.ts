/** Which start of this machine it is, so that what a reboot ended is told from what was lost otherwise. */
import { readFileSync } from 'node:fs';
import { uptime } from 'node:os';

/** Clocks that are set meanwhile move the moment of the start a little. */
const TOLERANCE_MS = 120_000;

/** Linux says an id; elsewhere it is when the machine was started, in ms since 1970. */
export function thisBoot(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    return `${Math.round(Date.now() - uptime() * 1000)}`;
  }
}

/** Whether both are the same start of the machine. */
export function isSameBoot(one: string, other: string): boolean {
  return one === other || Math.abs(Number(one) - Number(other)) < TOLERANCE_MS;
}
