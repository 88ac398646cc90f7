/** Keeps a file in step with what is in memory, without a queue: what changes during a write is in the next one. */

/** Writes the newest state, one write at a time. */
export function createNewestWrite(write: () => Promise<void>, onTrouble: (error: unknown) => void) {
  let running: Promise<void> | undefined;
  let isOld = false;
  const run = async () => {
    while (isOld) {
      isOld = false;
      await write().catch(onTrouble);
    }
    running = undefined;
  };
  return {
    keep: () => {
      isOld = true;
      running ??= run();
    },
    done: async () => await running,
  };
}
