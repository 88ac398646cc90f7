/** A round is the work of a link's state, or a wait. It can be cut short, so that the link begins again. */
import { LinkMoved } from './persist.ts';

export interface Rounds {
  /** Cuts the current round short: the content of connect has changed, or the machine was asleep. */
  again(event: 'woke' | 'resync', why: string): void;
  /** Aborts with the current round. */
  signal(): AbortSignal;
  /** Does `work` until it ends, is cut short, or `outer` aborts. Resolves to why it ended: undefined, LinkMoved, or its error. */
  run(outer: AbortSignal, work: (signal: AbortSignal) => Promise<void>): Promise<unknown>;
}

/** No round is running. */
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
