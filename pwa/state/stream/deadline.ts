/** The deadline of one stream: one timer at a time, with the outcome if it passes. */

import type { Outcome } from '#contract/ladder.ts';
import { limits } from '#contract/limits.ts';

type Ending = Extract<Outcome['type'], 'no-hello' | 'silent' | 'recycled'>;

export interface Deadline {
  set(ending: Ending, ms: number): void;
  clear(): void;
  /** How the stream ended, if a deadline ended it. */
  passed(): Outcome | undefined;
}

/** Calls `end` when it passes. If the timer fires far too late, the device was asleep, which says nothing about the network. */
export function createDeadline(end: (ending: Ending) => void): Deadline {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let passed: Outcome | undefined;
  return {
    set(ending, ms) {
      clearTimeout(timer);
      const due = Date.now() + ms;
      timer = setTimeout(() => {
        passed = { type: Date.now() - due > limits.tickLateMs ? 'recycled' : ending };
        end(ending);
      }, ms);
    },
    clear: () => clearTimeout(timer),
    passed: () => passed,
  };
}
