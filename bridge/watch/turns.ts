/** Runs tasks one after another, and timers, so that no two tasks change a project's index at once. */

export interface Turns {
  /** Runs a task after those before it. Undefined if it failed (the defect is reported) or after `stop`. */
  run<Result>(task: () => Promise<Result>): Promise<Result | undefined>;
  /** Runs a short task likewise, but already when the task that runs lets it in. */
  runSoon(task: () => Promise<unknown>): Promise<unknown>;
  /** For a long task: lets short ones in, one after another. Call it where they may change the index. */
  letIn(): Promise<void>;
  /** For a long task: lets short ones in until `work`, which does not change the index, is over. */
  meanwhile<Result>(work: Promise<Result>): Promise<Result>;
  /** Begins no further task. Resolves when the current one is over. */
  stop(): Promise<void>;
  isStopped(): boolean;
}

/** Reports failures to `onDefect`; a failed task does not keep the next one from running. */
export function createTurns(onDefect: (error: unknown) => void): Turns {
  let last: Promise<unknown> = Promise.resolve();
  let stopped = false;
  const soon: (() => Promise<void>)[] = [];
  let came = Promise.withResolvers<void>();
  const attempt = async <Result>(task: () => Promise<Result>): Promise<Result | undefined> => {
    try {
      return stopped ? undefined : await task();
    } catch (error) {
      onDefect(error);
      return undefined;
    }
  };
  const run = <Result>(task: () => Promise<Result>) => {
    const turn = last.then(() => attempt(task));
    last = turn;
    return turn;
  };
  const letIn = async () => {
    for (let next = soon.shift(); next !== undefined; next = soon.shift()) await next();
  };
  return {
    run,
    letIn,
    runSoon: (task) => {
      const over = Promise.withResolvers<unknown>();
      soon.push(async () => over.resolve(await attempt(task)));
      came.resolve();
      last = last.then(letIn);
      return over.promise;
    },
    meanwhile: async (work) => {
      let isOver = false;
      const done = work.finally(() => {
        isOver = true;
        came.resolve();
      });
      // Its failure is that of this task, below.
      done.catch(() => undefined);
      while (!isOver) {
        await came.promise;
        came = Promise.withResolvers();
        await letIn();
      }
      return await done;
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
