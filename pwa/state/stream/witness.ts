/** A long-poll beside a stream on trial. What it is told and the stream is not, something on the way holds back: nobody waits for the trial's end to see it. */
import { limits } from '#contract/limits.ts';
import { pause } from './pause.ts';

export interface Witness {
  /** The stream may hold something back from now on; it has read all that it was given so far. */
  watch(): void;
  stop(): void;
}

/** `asks` waits until something has happened behind what is known, and resolves to whether it has; `onHeldBack` is called where the stream has not told it soon after. */
export function createWitness(asks: (signal: AbortSignal) => Promise<boolean>, onHeldBack: () => void): Witness {
  let watching = new AbortController();
  const look = async (signal: AbortSignal) => {
    await pause(limits.witnessAfterMs, signal);
    if (signal.aborted || !(await asks(signal))) return;
    await pause(limits.witnessGraceMs, signal);
    if (!signal.aborted) onHeldBack();
  };
  const stop = () => watching.abort();
  return {
    stop,
    watch() {
      stop();
      watching = new AbortController();
      // What cannot be asked says nothing: the stream's own time is the verdict.
      look(watching.signal).catch(() => undefined);
    },
  };
}
