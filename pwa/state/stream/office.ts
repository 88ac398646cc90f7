/** One tab of the browser holds the stream (the "office"); the other tabs follow that tab. */

import type { Ladder } from '#contract/ladder.ts';
import type { ChangesWord } from '../facts/ledger.ts';
import { changesOfReplacement } from '../facts/reduce.ts';
import type { Parts } from '../parts.ts';
import { createFollowing, lookAround } from './following.ts';
import type { Pokes } from './pokes.ts';
import { type LadderKept, runStream } from './stream.ts';
import { runOffice } from './tabs.ts';

export interface Office {
  /** Holds the stream whenever this tab is visible and no other tab holds it, until closed. */
  open(): void;
  close(): void;
  /** Whether this tab holds the stream. */
  hears(): boolean;
  /** The set of kept machines may have changed. */
  lookAround(): void;
  /** Takes changes that the tab with the stream has stored. Missed changes are read from the replica. */
  follow(word: ChangesWord): void;
  /** Reads the replica again, because another tab may have written to it. */
  refresh(): void;
  /** The ladder of an earlier visit. */
  recall(ladder: Ladder | undefined): void;
}

/** What an office goes by. */
interface Desk {
  readonly parts: Parts;
  readonly pokes: Pokes;
  readonly outdated: () => void;
  open: AbortController | undefined;
  hears: boolean;
  ladder: Ladder | undefined;
  refreshing: 'no' | 'yes' | 'again';
}

/** A closed office. Calls `outdated` when the relay requires a newer app. */
export function createOffice(parts: Parts, pokes: Pokes, outdated: () => void): Office {
  const desk: Desk = { parts, pokes, outdated, open: undefined, hears: false, ladder: undefined, refreshing: 'no' };
  return {
    open() {
      if (desk.open !== undefined) return;
      desk.open = new AbortController();
      const follow = () => parts.tell({ type: 'who' });
      void runOffice({ hear: (signal) => hear(desk, signal), follow, isShared: parts.replica.kept }, desk.open.signal);
    },
    close() {
      desk.open?.abort();
      desk.open = undefined;
      parts.connection.rung('offline');
    },
    hears: () => desk.hears,
    lookAround() {
      if (desk.hears) lookAround({ ledger: parts.ledger, pokes, visits: parts.visits.now });
    },
    follow(word) {
      if (desk.hears || !parts.replica.kept) return;
      if (!parts.ledger.tryFollow(word)) void refresh(desk);
    },
    refresh: () => void refresh(desk),
    recall(known) {
      desk.ladder = known;
    },
  };
}

async function hear(desk: Desk, signal: AbortSignal): Promise<void> {
  const { parts, pokes, outdated } = desk;
  const { api, ledger, connection } = parts;
  const { rung, heard } = connection;
  desk.hears = true;
  rung('connecting');
  parts.sending.resume();
  parts.records.back();
  parts.channels?.start();
  const channels = () => parts.channels;
  const visits = parts.visits.now;
  const sink = createFollowing({ api, ledger, pokes, visits, channels, rung, heard, outdated }, signal);
  await Promise.all([runStream(api, sink, pokes, ladderOf(desk), signal), parts.fetchAhead.run(signal)]);
  desk.hears = false;
  // No tab holds the stream now, or the one that does will report its state.
  if (desk.open !== undefined) rung('connecting');
}

function ladderOf(desk: Desk): LadderKept {
  return {
    read: () => desk.ladder,
    write(ladder) {
      desk.ladder = ladder;
      void desk.parts.replica.note({ ladder }).catch(() => {});
    },
  };
}

async function refresh(desk: Desk): Promise<void> {
  const { replica, ledger, bodies } = desk.parts;
  if (desk.hears || !replica.kept) return;
  if (desk.refreshing !== 'no') {
    desk.refreshing = 'again';
    return;
  }
  do {
    desk.refreshing = 'yes';
    const restored = await replica.restore().catch(() => undefined);
    if (restored === undefined || desk.hears) break;
    ledger.adopt(changesOfReplacement(restored.changes, ledger.facts), restored.progress);
    bodies.restore(restored.bodies);
  } while (isAgain(desk));
  desk.refreshing = 'no';
}

/** A separate function, because TypeScript does not see that the value changes while waiting. */
function isAgain(desk: Desk): boolean {
  return desk.refreshing === 'again';
}
