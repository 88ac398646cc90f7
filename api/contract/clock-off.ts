/** How far one clock is from another, in words. */
import { limits } from './limits.ts';

/** Whether a machine that is so far ahead of its relay is right all the same: the relay's store has a wrong clock, and the relay's own agrees with the machine's. */
export function isStoreOff(aheadMs: number, storeAheadMs: number): boolean {
  const isOff = (ms: number) => clockOff(ms) !== undefined;
  return isOff(aheadMs) && isOff(storeAheadMs) && !isOff(aheadMs + storeAheadMs);
}

/** "3 hours ahead of"; undefined where they differ by so little that nothing comes of it. */
export function clockOff(aheadMs: number): string | undefined {
  if (Math.abs(aheadMs) <= limits.clockSkewMs) return undefined;
  const minutes = Math.round(Math.abs(aheadMs) / 60_000);
  const hours = Math.round(minutes / 60);
  const far = minutes < 120 ? `${minutes} minutes` : hours < 48 ? `${hours} hours` : `${Math.round(hours / 24)} days`;
  return `${far} ${aheadMs > 0 ? 'ahead of' : 'behind'}`;
}
