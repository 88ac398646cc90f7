/** Whether to ask a disk at once or by way of Node's threads. At once takes a tenth of the time where the answer is in memory; where it is not, everything else would wait. */

export interface Quick {
  /** Asks at once; undefined where that is not wise now. */
  try<Answer>(ask: () => Answer): Answer | undefined;
}

/** An answer that took longer came from the disk itself, or the machine is busy; one that took so much longer came from a disk that has to seek. */
const slowMs = 0.2;
const seekMs = 5;
/** So many more slow answers than others, of which one that had to seek counts for several, and so many questions then go by way of the threads. */
const slowMax = 16;
const ofSeek = 8;
const apart = 500;

/** A disk that may be asked at once if it is of this machine. */
export function createQuick(local: boolean, clock: () => number = () => performance.now()): Quick {
  let slow = 0;
  let waiting = 0;
  return {
    try: (ask) => {
      if (!local || waiting > 0) {
        waiting -= 1;
        return undefined;
      }
      const began = clock();
      const answer = ask();
      const tookMs = clock() - began;
      if (tookMs < slowMs) slow = Math.max(0, slow - 1);
      else slow += tookMs < seekMs ? 1 : ofSeek;
      if (slow >= slowMax) [slow, waiting] = [0, apart];
      return answer;
    },
  };
}
