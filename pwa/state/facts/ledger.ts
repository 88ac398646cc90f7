/** All changes pass through the ledger: into the facts at once, onto the screen with the next frame, into the replica together with their offsets, then to the other tabs. */
import { limits } from '#contract/limits.ts';
import { timeHere } from '../../relay-clock.ts';
import { randomId } from '../device/random-id.ts';
import { baselinesFor, baselinesSeen } from '../replica/baseline.ts';
import { changesOfForgetting } from '../replica/remembered-commands.ts';
import type { Progress, Replica, Step } from '../replica/replica.ts';
import { nextFrame } from '../stream/pause.ts';
import { addChanges, type Changes, createFacts, type Facts, noChanges, type Offsets } from './facts.ts';

/** Message of the tab with the stream to the others: changes, and the mark that they follow. */
export interface ChangesWord extends Step {
  readonly type: 'changes';
  readonly from: string | undefined;
}

/** Changes and offsets from the relay. */
export interface Told {
  readonly changes?: Changes;
  readonly offsets?: Offsets;
  readonly handle?: string;
}

export interface LedgerDeps {
  readonly replica: () => Replica;
  /** `feeds`: those that have been read whole. */
  readonly show: (changes: Changes, feeds: Iterable<string>) => void;
  readonly tell: (word: ChangesWord) => void;
  /** Whether the last write succeeded. */
  readonly keeps: (kept: boolean) => void;
}

export interface Ledger {
  readonly facts: Facts;
  progress(): Progress;
  /** Takes changes from the relay. */
  take(told: Told): void;
  /** The relay is asked for what happened from here on. */
  start(): void;
  /** Takes changes that the replica already has: shows them at once, and does not store them again. */
  adopt(changes: Changes, progress: Progress): void;
  /** Takes changes that another tab has stored, if they follow this tab's mark. */
  tryFollow(word: ChangesWord): boolean;
  /** Drops everything, including what is not written yet. */
  clear(): void;
}

/** An empty ledger. */
export function createLedger(deps: LedgerDeps): Ledger {
  const book = createBook();
  return {
    facts: book.facts,
    progress: () => book.progress,
    take(told) {
      takeTold(book, told);
      if (book.drawing) return;
      book.drawing = true;
      nextFrame(() => draw(book, deps), limits.replicaWriteMs);
    },
    start() {
      const now = Date.now();
      if (now - book.heardAt > silentMs) book.startedAt = now;
      book.heardAt = now;
    },
    adopt: (changes, progress) => adopt(book, deps, changes, progress),
    tryFollow(word) {
      if (word.from === undefined || word.from !== book.progress.mark) return false;
      const { handle, mark } = word;
      adopt(book, deps, word.changes, { handle, mark, offsets: withOffsets(book.progress.offsets, word.offsets) });
      return true;
    },
    clear() {
      book.life += 1;
      book.clearFacts();
      book.progress = nothing;
      book.toShow = noChanges();
      book.toKeep = createUnkept();
    },
  };
}

/** After a silence like this the relay first tells what happened meanwhile, for about as long as `catchingUpMs`. */
const silentMs = 60_000;
const catchingUpMs = 10_000;

const nothing: Progress = { handle: undefined, mark: undefined, offsets: new Map() };

/** Changes that are not in the replica yet. */
interface Unkept {
  readonly changes: Changes;
  readonly offsets: Offsets;
}

const createUnkept = (): Unkept => ({ changes: noChanges(), offsets: new Map() });

function createBook() {
  const { facts, apply, clear } = createFacts();
  return {
    facts,
    applyFacts: apply,
    clearFacts: clear,
    progress: nothing,
    toShow: noChanges(),
    toKeep: createUnkept(),
    drawing: false,
    writing: false,
    /** When the relay was last heard or asked, and since when it tells what happened meanwhile; ms since 1970. */
    heardAt: 0,
    startedAt: 0,
    /** Number of times that everything was dropped, so that the end of an earlier write is ignored. */
    life: 0,
  };
}
type Book = ReturnType<typeof createBook>;

function takeTold(
  book: Book,
  { changes = noChanges(), offsets = new Map(), handle = book.progress.handle }: Told,
): void {
  const now = Date.now();
  book.heardAt = now;
  const late = now - book.startedAt < catchingUpMs;
  const steps = [
    () => baselinesFor(withoutLeft(changes, offsets), book.facts, { now, late }),
    () => changes,
    () => changesOfForgetting(changes, book.facts),
    () => (isLookDue(changes) ? baselinesSeen(book.facts, now, timeHere) : noChanges()),
  ];
  for (const step of steps) {
    const part = step();
    book.applyFacts(part);
    addChanges(book.toShow, part);
    addChanges(book.toKeep.changes, part);
  }
  for (const [feed, offset] of offsets) book.toKeep.offsets.set(feed, offset);
  book.progress = { ...book.progress, handle, offsets: withOffsets(book.progress.offsets, offsets) };
}

/** A feed that is left takes its documents along, and none of them has changed. */
function withoutLeft(changes: Changes, offsets: Offsets): Changes {
  const documents = [...(changes.get('document') ?? [])].filter(([feed]) => offsets.get(feed) !== null);
  return new Map([['document', new Map(documents)]]);
}

/** What was seen, or is too old by now, can only be told when something comes. */
function isLookDue(changes: Changes): boolean {
  return changes.has('record') || changes.has('document');
}

function adopt(book: Book, { show }: LedgerDeps, changes: Changes, progress: Progress): void {
  book.applyFacts(changes);
  book.progress = progress;
  show(changes, progress.offsets.keys());
}

function draw(book: Book, deps: LedgerDeps): void {
  book.drawing = false;
  const changes = book.toShow;
  book.toShow = noChanges();
  deps.show(changes, book.progress.offsets.keys());
  void keep(book, deps);
}

async function keep(book: Book, deps: LedgerDeps): Promise<void> {
  const { changes, offsets } = book.toKeep;
  if (book.writing || (changes.size === 0 && offsets.size === 0)) return;
  book.writing = true;
  book.toKeep = createUnkept();
  const { life } = book;
  const step: Step = { changes, offsets, handle: book.progress.handle, mark: randomId() };
  const kept = await tryKeep(deps.replica(), step);
  book.writing = false;
  if (life !== book.life) return;
  deps.keeps(kept);
  deps.tell({ type: 'changes', from: book.progress.mark, ...step });
  book.progress = { ...book.progress, mark: step.mark };
  if (kept) return await keep(book, deps);
  // Retried together with the next changes: an offset is never stored without its changes.
  addChanges(changes, book.toKeep.changes);
  for (const [feed, offset] of book.toKeep.offsets) offsets.set(feed, offset);
  book.toKeep = { changes, offsets };
}

async function tryKeep(replica: Replica, step: Step): Promise<boolean> {
  try {
    await replica.commit(step);
    return true;
  } catch {
    return false;
  }
}

function withOffsets(known: ReadonlyMap<string, string>, changed: Offsets): ReadonlyMap<string, string> {
  const offsets = new Map(known);
  for (const [feed, offset] of changed)
    if (offset === null) offsets.delete(feed);
    else offsets.set(feed, offset);
  return offsets;
}
