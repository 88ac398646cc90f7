/** The relay's clock, as far as this machine knows it. */
import type { RelayTime } from '#contract/bridge.ts';

export interface RelayClock {
  /** Sets the relay's time. */
  set(told: RelayTime): void;
  /** The relay's current time. Uses the later of the wall clock and the monotonic clock, so that neither a clock that was set back nor a sleep makes an expired command valid. */
  now(): number;
}

/** A clock that uses this machine's time until the relay has sent its own. `onSet` hears each time that it sends. */
export function createRelayClock(
  onSet: (told: RelayTime) => void,
  wall: () => number = Date.now,
  monotonic: () => number = () => performance.now(),
): RelayClock {
  let base = { relay: wall(), wall: wall(), monotonic: monotonic() };
  return {
    set: (told) => {
      base = { relay: told.now, wall: wall(), monotonic: monotonic() };
      onSet(told);
    },
    now: () => base.relay + Math.max(wall() - base.wall, monotonic() - base.monotonic),
  };
}
