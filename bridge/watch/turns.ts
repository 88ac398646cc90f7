/** Doing one thing after the other, and later: what keeps a project's index from being changed by two at once. */

export interface Turns {
  /** Runs a task when those before it are over; undefined if it failed (the defect is told) or after `stop`. */
  run<Result>(task: () => Promise<Result>): Promise<Result | undefined>;
  /** Begins no further task; resolves when the present one is over. */
  stop(): Promise<void>;
}

/** Turns whose failures go to `onDefect`: one that fails does not keep the next from running. */
export function createTurns(onDefect: (error: unknown) => void): Turns {
  let last: Promise<unknown> = Promise.resolve();
  let stopped = false;
  return {
    run: (task) => {
      const turn = last.then(async () => {
        try {
          return stopped ? undefined : await task();
        } catch (error) {
          onDefect(error);
          return undefined;
        }
      });
      last = turn;
      return turn;
    },
    stop: async () => {
      stopped = true;
      await last;
    },
  };
}

export interface Timers {
  /** In `ms`, instead of what was set under this name before. */
  set(name: string, ms: number, task: () => unknown): void;
  /** In `ms`. */
  after(ms: number, task: () => unknown): void;
  /** None goes off any more. */
  stop(): void;
}

/** Timers that stop together. */
export function createTimers(): Timers {
  const named = new Map<string, NodeJS.Timeout>();
  const others = new Set<NodeJS.Timeout>();
  let stopped = false;
  return {
    set: (name, ms, task) => {
      if (stopped) return;
      clearTimeout(named.get(name));
      named.set(name, setTimeout(task, ms));
    },
    after: (ms, task) => {
      if (stopped) return;
      const timer = setTimeout(() => {
        others.delete(timer);
        task();
      }, ms);
      others.add(timer);
    },
    stop: () => {
      stopped = true;
      for (const timer of [...named.values(), ...others]) clearTimeout(timer);
    },
  };
}
