/** How far a large project is read ahead of what has gone up. */
import { limits } from '#contract/limits.ts';
import type { LinkState } from './link.ts';

interface ReadAhead {
  readonly state: () => LinkState;
  readonly pending: { readonly size: number };
}

/** Whether no more shall be read for now: what waits to go up is kept in memory. A relay that is away gets more ahead, so that it has something to take when it is back. */
export function isFullOf(
  { state, pending }: ReadAhead,
  most: { readonly there: number; readonly away: number } = {
    there: limits.changesWaitingMax,
    away: limits.changesWaitingAwayMax,
  },
): () => boolean {
  return () => pending.size >= (['comparing', 'live'].includes(state()) ? most.there : most.away);
}
