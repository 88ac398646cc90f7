/** Runs tasks one after another, and timers, so that no two tasks change a project's index at once. */

export interface Turns {
  /** Runs a task after those before it. Undefined if it failed (the defect is reported) or after `stop`. */
  run<Result>(task: () => Promise<Result>): Promise<Result | undefined>;
  /** Begins no further task. Resolves when the current one is over. */
  stop(): Promise<void>;
  isStopped(): boolean;
}

/** Reports failures to `onDefect`; a failed task does not keep the next one from running. */
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
    isStopped: () => stopped,
  };
}

export interface Timers {
  /** Runs in `ms`, and replaces the timer with this name. */
  set(name: string, ms: number, task: () => unknown): void;
  /** In `ms`. */
  after(ms: number, task: () => unknown): void;
  /** Stops all timers. */
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
