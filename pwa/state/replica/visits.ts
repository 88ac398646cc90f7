/** Which machines were opened on this device and when, and which are marked to be kept. Shared between tabs and stored. `kept-machines.ts` uses it. */
import { limits } from '#contract/limits.ts';
import type { Visit, Visits } from './kept-machines.ts';

/** Message of one tab to the others. */
export interface VisitsWord {
  readonly type: 'visits';
  readonly visits: Visits;
}

export interface VisitsDeps {
  readonly keep: (visits: Visits) => void;
  readonly show: (visits: Visits) => void;
  readonly tell: (word: VisitsWord) => void;
  /** The set of kept machines may have changed. */
  readonly changed: () => void;
}

export interface VisitBook {
  now(): Visits;
  /** A machine is on the screen. */
  opened(machine: string): void;
  mark(machine: string, marked: boolean): void;
  hear(word: VisitsWord): void;
  restore(visits: Visits): void;
  clear(): void;
}

/** An empty list of visits. */
export function createVisits({ keep, show, tell, changed }: VisitsDeps): VisitBook {
  let visits: Visits = {};

  function set(to: Visits): void {
    visits = to;
    show(to);
    changed();
  }

  function change(machine: string, visit: Visit): void {
    set({ ...visits, [machine]: { ...visits[machine], ...visit } });
    keep(visits);
    tell({ type: 'visits', visits });
  }

  return {
    now: () => visits,
    opened(machine) {
      const { openedAt = 0 } = visits[machine] ?? {};
      if (Date.now() - openedAt > limits.visitNotedMs) change(machine, { openedAt: Date.now() });
    },
    mark: (machine, marked) => change(machine, { marked }),
    hear: (word) => set(word.visits),
    restore: set,
    clear() {
      visits = {};
      show(visits);
    },
  };
}
