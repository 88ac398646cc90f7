/** The relay's clock as this machine knows it. */

export interface RelayClock {
  /** What the relay said its time is, in ms since 1970. */
  set(relayNowMs: number): void;
  /** The relay's time now; of what the wall clock and the monotonic one say since, the later, so that neither a clock set back nor a sleep makes an expired command young. */
  now(): number;
}

/** A clock that goes by this machine's own until the relay has spoken. */
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
