/** Decides in which way events can pass the network. The app follows feeds by it, and the bridge its inbox. */
import { limits } from './limits.ts';

/** Events as they happen; requests that are held; requests that are not. */
export const ways = ['events', 'long-poll', 'short-poll'] as const;
export type Way = (typeof ways)[number];

export interface Ladder {
  readonly way: Way;
  /** When the top of the ladder is tried again, in ms since 1970; absent at the top. */
  readonly until?: number;
  /** Consecutive streams that closed at once, streams that fell silent, and long-polls that were cut at once. */
  readonly quickCloses: number;
  readonly silences: number;
  readonly cuts: number;
  /** How long a long-poll is held. */
  readonly holdMs: number;
}

/**
 * How one try ended, while the relay itself could be reached: `no-hello` (nothing was read of the stream in time),
 * `closed` (it ended after `lastedMs`), `silent`, `recycled` (ended as announced), `held` (a long-poll was answered),
 * `cut` (it broke off after `lastedMs`), `waited` (time for the next short poll).
 */
export type Outcome =
  | { readonly type: 'no-hello' | 'silent' | 'recycled' | 'held' | 'waited' }
  | { readonly type: 'closed' | 'cut'; readonly lastedMs: number };

/** The top of the ladder, the initial state. */
export const topOfLadder: Ladder = {
  way: 'events',
  quickCloses: 0,
  silences: 0,
  cuts: 0,
  holdMs: limits.holdMs,
};

/** The ladder after a try. */
export function nextLadder(ladder: Ladder, outcome: Outcome, now: number): Ladder {
  switch (outcome.type) {
    case 'no-hello':
      return stepDown('long-poll', now);
    case 'recycled':
      return { ...ladder, quickCloses: 0, silences: 0 };
    case 'silent':
      return ladder.silences + 1 >= limits.streamSilencesMax
        ? stepDown('long-poll', now)
        : { ...ladder, quickCloses: 0, silences: ladder.silences + 1 };
    case 'closed':
      return afterClose(ladder, outcome.lastedMs, now);
    case 'held':
      return { ...ladder, cuts: 0, holdMs: Math.min(limits.holdMs, ladder.holdMs * 1.05) };
    case 'waited':
      return ladder;
    case 'cut':
      return afterCut(ladder, outcome.lastedMs, now);
  }
}

function afterClose(ladder: Ladder, lastedMs: number, now: number): Ladder {
  if (lastedMs >= limits.streamQuickCloseMs) return { ...ladder, quickCloses: 0 };
  const quickCloses = ladder.quickCloses + 1;
  return quickCloses >= limits.streamQuickClosesMax ? stepDown('long-poll', now) : { ...ladder, quickCloses };
}

/** Shorter holds for a network that cuts after a while; none for one that cuts at once. */
function afterCut(ladder: Ladder, lastedMs: number, now: number): Ladder {
  if (lastedMs >= limits.longPollCutMs)
    return { ...ladder, cuts: 0, holdMs: Math.max(limits.holdMsMin, Math.min(ladder.holdMs, 0.8 * lastedMs)) };
  const cuts = ladder.cuts + 1;
  return cuts >= limits.longPollCutsMax ? stepDown('short-poll', now) : { ...ladder, cuts };
}

function stepDown(way: Way, now: number): Ladder {
  return { ...topOfLadder, way, until: now + limits.ladderVerdictMs };
}

/** The current ladder: starts again at the top if the last verdict is too old. */
export function currentLadder(ladder: Ladder, now: number): Ladder {
  return ladder.until !== undefined && now >= ladder.until ? topOfLadder : ladder;
}

/** Ms to wait before the next try after `failures` (1 or more) in a row, while somebody looks at the screen. Random, so that many devices do not retry at the same moment. */
export function backoffMs(failures: number, retryAfterMs: number, random: number): number {
  const ceiling = Math.min(limits.appBackoffMsMax, limits.backoffMsBase * 2 ** Math.min(failures - 1, 10));
  return Math.max(retryAfterMs, random * ceiling);
}
