/** The relay's clock, as its answers tell it: what the relay dates becomes a time of this device. */

/** How much this device's clock is ahead of the relay's, in ms. */
let aheadMs = 0;

/** Notes the clock of an answer. */
export function takeRelayClock(response: Response): void {
  const at = Date.parse(response.headers.get('Date') ?? '');
  // Whole seconds, and by now a little old: the smallest difference is the truest.
  if (Number.isFinite(at))
    aheadMs = Math.abs(Date.now() - at - aheadMs) < 2000 ? Math.min(aheadMs, Date.now() - at) : Date.now() - at;
}

/** A time of the relay (ISO 8601) in ms since 1970 by this device's clock. */
export function timeHere(iso: string): number {
  return Date.parse(iso) + aheadMs;
}
