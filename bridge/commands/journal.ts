/** The journal: the bridge's durable record of commands, so that each takes effect at most once, no matter when a process is killed. It contains only what recovery needs. */
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import * as v from 'valibot';
import type { Act } from '#contract/audit.ts';
import type { CommandDelivered, JournalMark } from '#contract/bridge.ts';
import { base62FromBytes } from '#contract/key.ts';
import { limits } from '#contract/limits.ts';
import { openLineFile } from '../data/line-file.ts';
import { type Begun, type Beside, Line, type Outcome } from './journal-lines.ts';
import { createJournalState, type EndedCommand, type JournalState, type OpenCommand } from './journal-state.ts';
import { bytesOf, type JournalWriter, startWriting } from './journal-writer.ts';

export interface Journal extends AsyncDisposable {
  /** Tells the relay whether this journal continues the one that it knows. */
  mark(): JournalMark;
  open(id: string): OpenCommand | undefined;
  ended(id: string): EndedCommand | undefined;
  allOpen(): Iterable<OpenCommand>;
  /** Outcomes that the relay has not acknowledged. */
  untold(): Iterable<EndedCommand>;
  /** Outcomes that are not in the machine's audit log yet. */
  unentered(): Iterable<EndedCommand>;
  /** Adds commands. They are on the disk when it resolves; if it throws (`no-space`, `file-failed`), none is added. */
  received(commands: readonly CommandDelivered[]): Promise<void>;
  /** Adds a command only in memory, because it must not begin. */
  noted(command: CommandDelivered): void;
  leased(id: string, lease: string): Promise<void>;
  /** Notes that it begins something that outlives the bridge. On the disk when it resolves. Throws `no-space`, `file-failed`. */
  started(id: string): Promise<void>;
  /** Notes which files it is about to write, so that what a kill leaves beside them is found. */
  beside(id: string, files: readonly Beside[]): Promise<void>;
  /** On the disk when it resolves. Throws `no-space`, `file-failed`. */
  effect(id: string, begun: Begun): Promise<void>;
  /** Whether there is room for an outcome in memory. */
  hasRoomFor(outcome: Outcome): boolean;
  /** On the disk when it resolves, or if the disk is full, as soon as possible. */
  settled(id: string, outcome: Outcome, act: Act): Promise<void>;
  /** Notes that its entry is in the audit log. */
  entered(id: string): Promise<void>;
  /** `again`: the relay has offered the command again, so its outcome must be sent again. */
  acknowledged(ids: readonly string[], again?: true): Promise<void>;
}

/** Opens the journal of a data folder. `now` is the relay's clock; `warn` gets a message if something in it cannot be read. */
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
    // A line was lost, and its command is unknown. So this becomes another journal for the relay.
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
    started: (id) => must([{ is: 'started', id }]),
    beside: (id, files) => may([{ is: 'beside', id, files }], 'lazily'),
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
