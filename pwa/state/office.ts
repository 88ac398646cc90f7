/** The office of the tab that hears, and what a tab does that does not: it follows the one that holds it. */

import { createFollowing, lookAround } from './following.ts';
import type { Ladder } from './ladder.ts';
import type { ChangesWord } from './ledger.ts';
import type { Parts } from './parts.ts';
import type { Pokes } from './pokes.ts';
import { changesOfReplacement } from './reduce.ts';
import { type LadderKept, runStream } from './stream.ts';
import { runOffice } from './tabs.ts';

export interface Office {
  /** Hears whenever this tab is seen and no other does, until closed. */
  open(): void;
  close(): void;
  /** Whether this tab is the one that hears. */
  hears(): boolean;
  /** Other machines may be kept than are followed. */
  lookAround(): void;
  /** Takes what the tab that hears has kept; what was missed is read from the replica. */
  follow(word: ChangesWord): void;
  /** Reads the replica again: another tab may have gone on. */
  refresh(): void;
  /** What an earlier visit found out about the network. */
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

/** A closed office. `outdated` is called when the relay wants a newer app. */
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
  const sink = createFollowing({ api, ledger, pokes, visits: parts.visits.now, rung, heard, outdated }, signal);
  await Promise.all([runStream(api, sink, pokes, ladderOf(desk), signal), parts.fetchAhead.run(signal)]);
  desk.hears = false;
  // Nobody hears just now, or another tab that will say so.
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

/** Apart, because the flow analysis does not see that it changes while waiting. */
function isAgain(desk: Desk): boolean {
  return desk.refreshing === 'again';
}
