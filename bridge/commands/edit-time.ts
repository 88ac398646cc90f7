/** The time that an edit writes. */
import { limits } from '#contract/limits.ts';

/** This machine's time, or the relay's where the two are far apart. */
export function editTime(relayNow: number): Date {
  return new Date(Math.abs(relayNow - Date.now()) > limits.clockSkewMs ? relayNow : Date.now());
}
