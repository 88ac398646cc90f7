/** Lanes: tasks in one lane run one after another, in parallel to other lanes. Each handles its own errors. */

type Task = () => Promise<void>;

export interface Lanes {
  add(lane: string, task: Task): void;
  /** After all tasks that are in lanes now, and before all that come later. */
  addAcross(task: Task): void;
  /** In no lane: at once. */
  addFree(task: Task): void;
  /** Resolves when nothing runs. */
  idle(): Promise<void>;
}

export function createLanes(): Lanes {
  const ends = new Map<string, Promise<void>>();
  const running = new Set<Promise<void>>();
  let across = Promise.resolve();
  const track = (end: Promise<void>) => {
    running.add(end);
    void end.then(() => running.delete(end));
    return end;
  };
  return {
    add: (lane, task) => {
      const end = track((ends.get(lane) ?? across).then(task));
      ends.set(lane, end);
      void end.then(() => ends.get(lane) === end && ends.delete(lane));
    },
    addAcross: (task) => {
      across = track(Promise.all([across, ...ends.values()]).then(task));
      // Those that come later wait for it, whatever their lane.
      ends.clear();
    },
    addFree: (task) => void track(Promise.resolve().then(task)),
    idle: async () => {
      while (running.size > 0) await Promise.all(running);
    },
  };
}
