/** The office of the tab that hears, and what a tab does that does not: it follows the one that holds it. */

import { runHearing } from './hearing.ts';
import type { Ladder } from './ladder.ts';
import type { ChangesWord } from './ledger.ts';
import type { Parts } from './parts.ts';
import { changesOfReplacement } from './reduce.ts';
import type { LadderKept, Pokes } from './stream.ts';
import { runOffice } from './tabs.ts';

export interface Office {
  /** Hears whenever this tab is seen and no other does, until closed. */
  open(): void;
  close(): void;
  /** Whether this tab is the one that hears. */
  hears(): boolean;
  /** Takes what the tab that hears has kept; what was missed is read from the replica. */
  follow(word: ChangesWord): void;
  /** Reads the replica again: another tab may have gone on. */
  refresh(): void;
  /** What an earlier visit found out about the network. */
  recall(ladder: Ladder | undefined): void;
}

/** A closed office. `outdated` is called when the relay wants a newer app. */
export function createOffice(parts: Parts, pokes: Pokes, outdated: () => void): Office {
  const { api, ledger, connection, bodies, sending } = parts;
  let open: AbortController | undefined;
  let hears = false;
  let ladder: Ladder | undefined;
  let refreshing: 'no' | 'yes' | 'again' = 'no';
  const ladderKept: LadderKept = {
    read: () => ladder,
    write(next) {
      ladder = next;
      void parts.replica.note({ ladder: next }).catch(() => {});
    },
  };

  async function hear(signal: AbortSignal): Promise<void> {
    hears = true;
    sending.resume();
    const { rung, heard } = connection;
    const hearing = { api, ledger, pokes, ladder: ladderKept, rung, heard, outdated };
    await Promise.all([runHearing(hearing, signal), bodies.run(signal)]);
    hears = false;
    // Nobody hears just now, or another tab that will say so.
    if (open !== undefined) connection.rung('connecting');
  }

  async function refresh(): Promise<void> {
    if (hears || !parts.replica.kept) return;
    if (refreshing !== 'no') {
      refreshing = 'again';
      return;
    }
    do {
      refreshing = 'yes';
      const restored = await parts.replica.restore().catch(() => undefined);
      if (restored === undefined || hears) break;
      const { changes, place, held } = restored;
      ledger.adopt(changesOfReplacement(changes, ledger.facts), { place, held });
      bodies.restore(restored.bodies);
    } while (isAgain());
    refreshing = 'no';
  }

  /** Apart, because the flow analysis does not see that it changes while waiting. */
  function isAgain(): boolean {
    return refreshing === 'again';
  }

  return {
    open() {
      if (open !== undefined) return;
      open = new AbortController();
      const follow = () => parts.tell({ type: 'who' });
      void runOffice({ hear, follow, isShared: parts.replica.kept }, open.signal);
    },
    close() {
      open?.abort();
      open = undefined;
      connection.rung('offline');
    },
    hears: () => hears,
    follow(word) {
      if (hears || !parts.replica.kept) return;
      if (word.from !== undefined && word.from === ledger.progress().place?.offset)
        ledger.adopt(word.changes, word.progress);
      else void refresh();
    },
    refresh: () => void refresh(),
    recall(known) {
      ladder = known;
    },
  };
}
