/** The journal: the bridge's durable record of the commands that change something, by which each has at most one effect whatever is killed when. It holds what recovery needs and nothing else. */
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import * as v from 'valibot';
import type { Act } from '#contract/audit.ts';
import type { CommandDelivered, JournalMark } from '#contract/bridge.ts';
import { base62FromBytes } from '#contract/key.ts';
import { limits } from '#contract/limits.ts';
import { Problem } from '#contract/problems.ts';
import { fileFailed } from '../files/guard.ts';
import { openLineFile } from '../line-file.ts';
import {
  type Begun,
  createJournalState,
  type EndedCommand,
  Line,
  type OpenCommand,
  type Outcome,
} from './journal-state.ts';

export type { EndedCommand, OpenCommand, Outcome } from './journal-state.ts';

export interface Journal extends AsyncDisposable {
  /** By what the relay knows whether this journal goes on from what it was told before. */
  mark(): JournalMark;
  open(id: string): OpenCommand | undefined;
  ended(id: string): EndedCommand | undefined;
  allOpen(): Iterable<OpenCommand>;
  /** Outcomes that the relay has not taken. */
  untold(): Iterable<EndedCommand>;
  /** Outcomes that the machine's audit log does not have yet. */
  unentered(): Iterable<EndedCommand>;
  /** All of these are on the disk when it resolves; none is known where it throws (`no-space`, `file-failed`). */
  received(commands: readonly CommandDelivered[]): Promise<void>;
  /** Knows a command without the disk: one that changes nothing, or is not to be begun. */
  noted(command: CommandDelivered): void;
  leased(id: string, lease: string): Promise<void>;
  /** On the disk when it resolves. Throws `no-space`, `file-failed`. */
  effect(id: string, begun: Begun): Promise<void>;
  /** Whether there is room for an outcome that only memory holds. */
  hasRoomFor(outcome: Outcome): boolean;
  /** On the disk when it resolves or, where that takes nothing, as soon as it does. */
  settled(id: string, outcome: Outcome, act: Act): Promise<void>;
  /** The act of its end is in the audit log. */
  entered(id: string): Promise<void>;
  /** `again`: the relay asked once more, so the outcome has to be told once more. */
  acknowledged(ids: readonly string[], again?: true): Promise<void>;
}

/** So much of what no longer counts is left in the file: at its opening, and while it grows, where rewriting has a price for each command. */
const spareBytesAtOpening = 64 * 1024;
const spareBytes = 1024 * 1024;

/** Opens the journal of a data folder; `now` is the relay's clock, `warn` hears a sentence where something in it could not be read. */
export async function openJournal(
  dataFolder: string,
  now: () => number = Date.now,
  warn: (sentence: string) => void = () => {},
): Promise<Journal> {
  const path = join(dataFolder, 'journal.jsonl');
  const freshId = base62FromBytes(randomBytes(64)).slice(0, 16);
  const state = createJournalState(freshId);
  const file = await openLineFile<Line>(
    path,
    (value, bytes) => {
      const parsed = v.safeParse(Line, value);
      if (parsed.success) state.apply(parsed.output, bytes, true);
      return parsed.success;
    },
    true,
  );
  if (file.setAside > 0) {
    warn(`${file.setAside} lines of the journal could not be read; they are in ${path}.damaged`);
    // Nobody knows which command a lost line was of: to the relay this is another journal.
    state.apply({ is: 'journal', id: freshId, count: state.mark().count }, 0, true);
  }
  /** Lines that found no room yet. */
  let owed: Line[] = [];
  let rewrittenBytes = 0;
  const rewrite = async () => {
    await file.replace(state.lines).then(
      () => (owed = []),
      () => undefined,
    );
    rewrittenBytes = file.bytes();
  };
  const isNew = file.bytes() === 0 || state.mark().id === freshId;
  if (isNew || file.bytes() > 2 * state.weight() + spareBytesAtOpening) await rewrite();
  else rewrittenBytes = state.weight();

  const write = async (lines: readonly Line[], how: 'durably' | 'urgently' | 'lazily') => {
    await file.append([...owed, ...lines], owed.length > 0 && how === 'lazily' ? 'durably' : how);
    owed = [];
  };
  let last: Promise<unknown> = Promise.resolve();
  /** One after the other, whoever asks. */
  const inTurn =
    <Args extends readonly unknown[]>(act: (...args: Args) => Promise<void>) =>
    (...args: Args) => {
      const done = last.then(() => act(...args));
      last = done.catch(() => undefined);
      return done;
    };
  const shrink = async () => {
    if (file.bytes() <= 2 * rewrittenBytes + spareBytes) return;
    state.forget(now());
    await rewrite();
  };
  /** What has to be on the disk before anything else happens. */
  const must = inTurn(async (lines: readonly Line[]) => {
    const sizes = lines.map(bytesOf);
    const bytes = sizes.reduce((sum, size) => sum + size, 0);
    if (state.weight() + bytes > limits.journalBytesMax) throw new Problem('no-space', 'The journal is full.');
    await write(lines, 'durably').catch((error: unknown) => {
      throw fileFailed(error);
    });
    for (const [at, line] of lines.entries()) state.apply(line, sizes[at] ?? 0, true);
    await shrink();
  });
  /** What is so whether the disk has room for it or not. */
  const may = inTurn(async (lines: readonly Line[], how: 'urgently' | 'lazily') => {
    const isOnDisk = ({ id }: Line & { id: string }) => (state.open.get(id) ?? state.ended.get(id))?.isOnDisk === true;
    const kept = lines.filter((line) => 'id' in line && isOnDisk(line));
    if (kept.length > 0) await write(kept, how).catch(() => owed.push(...kept));
    for (const line of lines) state.apply(line, bytesOf(line), kept.includes(line));
    await shrink();
  });

  return {
    mark: () => state.mark(),
    open: (id) => state.open.get(id),
    ended: (id) => state.ended.get(id),
    allOpen: () => state.open.values(),
    untold: () => state.untold.values(),
    unentered: () => [...state.ended.values()].filter(({ act }) => act !== undefined),
    received: (commands) => must(commands.map((command) => ({ is: 'received', command }))),
    noted: (command) => {
      const line: Line = { is: 'received', command };
      state.apply(line, bytesOf(line), false);
    },
    leased: (id, lease) => may([{ is: 'leased', id, lease }], 'lazily'),
    effect: (id, begun) => must([{ is: 'effect', id, ...begun }]),
    hasRoomFor: (outcome) => state.weight() + bytesOf(outcome) <= limits.journalBytesMax,
    settled: (id, outcome, act) => {
      const was = state.open.get(id);
      const lease = was?.lease ?? '0.0';
      return may([{ is: 'settled', id, lease, expiresAt: was?.command.expiresAt ?? 0, outcome, act }], 'urgently');
    },
    entered: (id) => may([{ is: 'entered', id }], 'lazily'),
    acknowledged: (ids, again) =>
      may(
        ids.map((id) => ({ is: 'acknowledged', id, ...(again && { again }) })),
        'lazily',
      ),
    [Symbol.asyncDispose]: async () => {
      await last;
      if (owed.length > 0) await write([], 'urgently').catch(() => undefined);
      await file[Symbol.asyncDispose]();
    },
  };
}

function bytesOf(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value) ?? '');
}
