/** Lanes: tasks in one lane run one after another, in parallel to other lanes. */

export interface Lanes {
  /** `task` handles its own errors. */
  add(lane: string, task: () => Promise<void>): void;
  /** Resolves when nothing runs. */
  idle(): Promise<void>;
}

export function createLanes(): Lanes {
  const ends = new Map<string, Promise<void>>();
  return {
    add: (lane, task) => {
      const end = (ends.get(lane) ?? Promise.resolve()).then(task);
      ends.set(lane, end);
      void end.then(() => ends.get(lane) === end && ends.delete(lane));
    },
    idle: async () => {
      while (ends.size > 0) await Promise.all(ends.values());
    },
  };
}
