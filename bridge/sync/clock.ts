/** The relay's clock, as far as this machine knows it. */

export interface RelayClock {
  /** Sets the relay's time, in ms since 1970. */
  set(relayNowMs: number): void;
  /** The relay's current time. Uses the later of the wall clock and the monotonic clock, so that neither a clock that was set back nor a sleep makes an expired command valid. */
  now(): number;
}

/** A clock that uses this machine's time until the relay has sent its own. */
export function createRelayClock(
  wall: () => number = Date.now,
  monotonic: () => number = () => performance.now(),
): RelayClock {
  let base = { relay: wall(), wall: wall(), monotonic: monotonic() };
  return {
    set: (relayNowMs) => {
      base = { relay: relayNowMs, wall: wall(), monotonic: monotonic() };
    },
    now: () => base.relay + Math.max(wall() - base.wall, monotonic() - base.monotonic),
  };
}
