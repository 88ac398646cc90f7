/** How far one clock is from another, in words. */
import { limits } from './limits.ts';

/** "3 hours ahead of"; undefined where they differ by so little that nothing comes of it. */
export function clockOff(aheadMs: number): string | undefined {
  if (Math.abs(aheadMs) <= limits.clockSkewMs) return undefined;
  const minutes = Math.round(Math.abs(aheadMs) / 60_000);
  const hours = Math.round(minutes / 60);
  const far = minutes < 120 ? `${minutes} minutes` : hours < 48 ? `${hours} hours` : `${Math.round(hours / 24)} days`;
  return `${far} ${aheadMs > 0 ? 'ahead of' : 'behind'}`;
}
