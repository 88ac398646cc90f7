/** An alarm over what all do together. It refuses nobody: a limit that all share is one that a stranger can use up for all. */

export interface Alarm {
  /** Counts one. */
  note(): void;
}

/** Rings once within `withinMs`, when more than `most` have been counted in that time; `now` in ms. */
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
