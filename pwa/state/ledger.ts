/** Where all that is learned passes through: into the facts at once, onto the screen with the next frame, then into the replica together with the place that it led to, then to the other tabs. */
import { limits } from '#contract/limits.ts';
import { addChanges, type Changes, createFacts, type Facts, isEmpty, noChanges } from './facts.ts';
import { changesOfForgetting } from './reduce.ts';
import type { Progress, Replica } from './replica.ts';

/** What the tab that hears tells the others: `changes` lead from one offset to another. */
export interface ChangesWord {
  readonly type: 'changes';
  readonly from: string | undefined;
  readonly changes: Changes;
  readonly progress: Progress;
}

export interface LedgerDeps {
  readonly replica: () => Replica;
  readonly show: (changes: Changes) => void;
  readonly tell: (word: ChangesWord) => void;
  /** Whether the last writing was kept. */
  readonly keeps: (kept: boolean) => void;
}

export interface Ledger {
  readonly facts: Facts;
  progress(): Progress;
  /** Takes what the relay has told. */
  take(changes: Changes, progress: Progress): void;
  /** Takes what the replica or another tab holds already: shown at once, not kept again. */
  adopt(changes: Changes, progress: Progress): void;
  /** Forgets all, also what is not written yet. */
  clear(): void;
}

const nothing: Progress = { place: undefined, held: [] };

/** An empty ledger. */
export function createLedger({ replica, show, tell, keeps }: LedgerDeps): Ledger {
  const facts = createFacts();
  let progress = nothing;
  /** Up to where the replica goes, and what the other tabs were told. */
  let keptOffset: string | undefined;
  let toldOffset: string | undefined;
  let toShow = noChanges();
  let toKeep = noChanges();
  let drawing = false;
  let writing = false;
  /** Counts the times that all was forgotten: a write from before is no news. */
  let life = 0;

  function add(changes: Changes): void {
    facts.apply(changes);
    addChanges(toShow, changes);
    addChanges(toKeep, changes);
  }

  function draw(): void {
    drawing = false;
    const changes = toShow;
    toShow = noChanges();
    if (!isEmpty(changes)) show(changes);
    void keep();
  }

  async function keep(): Promise<void> {
    if (writing || (isEmpty(toKeep) && keptOffset === progress.place?.offset)) return;
    writing = true;
    const [changes, to, begun] = [toKeep, progress, life];
    toKeep = noChanges();
    const kept = await tryKeep(replica(), changes, to);
    writing = false;
    if (begun !== life) return;
    keeps(kept);
    tell({ type: 'changes', from: toldOffset, changes, progress: to });
    toldOffset = to.place?.offset;
    if (kept) {
      keptOffset = toldOffset;
      void keep();
    } else {
      // With the next changes it is tried again, as one: the place is never kept without what led to it.
      addChanges(changes, toKeep);
      toKeep = changes;
    }
  }

  return {
    facts,
    progress: () => progress,
    take(changes, to) {
      add(changes);
      if (changes.commands.size > 0) add(changesOfForgetting(facts));
      progress = to;
      if (!drawing) {
        drawing = true;
        nextFrame(draw);
      }
    },
    adopt(changes, to) {
      facts.apply(changes);
      progress = to;
      keptOffset = to.place?.offset;
      toldOffset = keptOffset;
      show(changes);
    },
    clear() {
      life += 1;
      facts.clear();
      progress = nothing;
      keptOffset = undefined;
      toldOffset = undefined;
      toShow = noChanges();
      toKeep = noChanges();
    },
  };
}

async function tryKeep(replica: Replica, changes: Changes, progress: Progress): Promise<boolean> {
  try {
    await replica.commit(changes, progress);
    return true;
  } catch {
    return false;
  }
}

/** Before the next frame is drawn, or in `limits.replicaWriteMs` where none is (a hidden page). */
function nextFrame(run: () => void): void {
  let ran = false;
  const once = () => {
    if (!ran) run();
    ran = true;
  };
  setTimeout(once, limits.replicaWriteMs);
  globalThis.requestAnimationFrame?.(once);
}
