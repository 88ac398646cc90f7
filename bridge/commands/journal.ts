/** The journal: the bridge's durable record of the commands that change something, by which each has at most one effect whatever is killed when. It holds what recovery needs and nothing else. */
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import * as v from 'valibot';
import type { Act } from '#contract/audit.ts';
import type { CommandDelivered, JournalMark } from '#contract/bridge.ts';
import { base62FromBytes } from '#contract/key.ts';
import { limits } from '#contract/limits.ts';
import { openLineFile } from '../line-file.ts';
import { type Begun, Line, type Outcome } from './journal-lines.ts';
import { createJournalState, type EndedCommand, type JournalState, type OpenCommand } from './journal-state.ts';
import { bytesOf, type JournalWriter, startWriting } from './journal-writer.ts';

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

/** Opens the journal of a data folder; `now` is the relay's clock, `warn` hears a sentence where something in it could not be read. */
export async function openJournal(
  dataFolder: string,
  now: () => number = Date.now,
  warn: (sentence: string) => void = () => {},
): Promise<Journal> {
  const path = join(dataFolder, 'journal.jsonl');
  const freshId = base62FromBytes(randomBytes(64)).slice(0, 16);
  const state = createJournalState(freshId);
  const take = (value: unknown, bytes: number) => {
    const parsed = v.safeParse(Line, value);
    if (parsed.success) state.apply(parsed.output, bytes, true);
    return parsed.success;
  };
  const file = await openLineFile<Line>(path, take, true);
  if (file.setAside > 0) {
    warn(`${file.setAside} lines of the journal could not be read; they are in ${path}.damaged`);
    // Nobody knows which command a lost line was of: to the relay this is another journal.
    state.apply({ is: 'journal', id: freshId, count: state.mark().count }, 0, true);
  }
  const isNew = file.bytes() === 0 || state.mark().id === freshId;
  return journalOf(state, await startWriting({ file, state, now, isNew }));
}

function journalOf(state: JournalState, { must, may, end }: JournalWriter): Journal {
  return {
    mark: state.mark,
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
    acknowledged: (ids, again) => {
      const lines = ids.map((id): Line => ({ is: 'acknowledged', id, ...(again && { again }) }));
      return may(lines, 'lazily');
    },
    [Symbol.asyncDispose]: end,
  };
}
