/** An alarm over the actions of all callers. It refuses nobody, because a stranger could use up a shared limit for everyone. */

export interface Alarm {
  /** Counts one. */
  note(): void;
}

/** Rings once per `withinMs`, when more than `most` were counted in that time; `now` in ms. */
export function createAlarm(
  most: number,
  withinMs: number,
  ring: (count: number) => void,
  now: () => number = () => performance.now(),
): Alarm {
  let begunAt = now();
  let count = 0;
  return {
    note: () => {
      if (now() - begunAt >= withinMs) {
        begunAt = now();
        count = 0;
      }
      count += 1;
      if (count === most + 1) ring(count);
    },
  };
}
