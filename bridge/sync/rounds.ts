/** Rounds of a link: the work of a state, or a wait, which can be cut short so that the link begins again. */
import { LinkMoved } from './persist.ts';

export interface Rounds {
  /** Cuts the round of now: what connect says is other, or the machine slept. */
  again(event: 'woke' | 'resync', why: string): void;
  /** Aborts with the round of now. */
  signal(): AbortSignal;
  /** Does `work` until it is over, is cut, or `outer` aborts. Resolves to why it ended: undefined, LinkMoved, or what it threw. */
  run(outer: AbortSignal, work: (signal: AbortSignal) => Promise<void>): Promise<unknown>;
}

/** No round is under way. */
export function createRounds(): Rounds {
  let round = new AbortController();
  return {
    again: (event, why) => round.abort(new LinkMoved(event, why)),
    signal: () => round.signal,
    run: async (outer, work) => {
      const own = new AbortController();
      round = own;
      const stop = () => own.abort(new LinkMoved('stop', 'stopped here'));
      if (outer.aborted) stop();
      outer.addEventListener('abort', stop, { once: true });
      try {
        await work(own.signal);
        own.signal.throwIfAborted();
        return undefined;
      } catch (error) {
        return own.signal.aborted ? own.signal.reason : error;
      } finally {
        outer.removeEventListener('abort', stop);
      }
    },
  };
}
