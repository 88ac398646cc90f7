/** The state that a journal's lines describe: open commands, outcomes that the relay has not acknowledged, and remembered ids. No I/O. */
import type { Act } from '#contract/audit.ts';
import type { CommandDelivered } from '#contract/bridge.ts';
import { limits } from '#contract/limits.ts';
import { sortOf, type Touched } from './effects/index.ts';
import type { Begun, Beside, Line, LineOf, Outcome } from './journal-lines.ts';

/** A command that is known and not settled. */
export interface OpenCommand {
  readonly command: CommandDelivered;
  /** The newest lease, with which the result is sent. */
  readonly lease: string;
  /** The effects that have begun since the command was last begun, in order. */
  readonly begun: readonly Begun[];
  /** The files that it was last about to write. */
  readonly beside: readonly Beside[];
  /** Whether it has begun something that outlives the bridge. */
  readonly isStarted?: true;
  /** Whether it is in the file. Otherwise it ends with this process. */
  readonly isOnDisk: boolean;
  readonly bytes: number;
}

/** A settled command. Once the relay has the outcome, its result is dropped. */
export interface EndedCommand {
  readonly id: string;
  readonly lease: string;
  readonly outcome: Outcome;
  /** The files and folders that it has changed. */
  readonly touched: readonly Touched[];
  /** Ms since 1970 by the relay's clock, until which the command may be offered again. */
  readonly expiresAt: number;
  readonly act?: Act;
  readonly isTold: boolean;
  readonly isOnDisk: boolean;
  readonly bytes: number;
}

export interface JournalState {
  readonly open: ReadonlyMap<string, OpenCommand>;
  readonly ended: ReadonlyMap<string, EndedCommand>;
  /** The commands in `ended` whose outcome the relay has not acknowledged. */
  readonly untold: ReadonlyMap<string, EndedCommand>;
  /** The journal's id, and the number of commands that it has ever received. */
  mark(): { readonly id: string; readonly count: number };
  /** Bytes of all open commands and unacknowledged outcomes. */
  weight(): number;
  apply(line: Line, bytes: number, isOnDisk: boolean): void;
  /** Drops acknowledged commands that can no longer be offered. */
  forget(nowMs: number): void;
  /** The lines that describe this state. */
  lines(): Iterable<Line>;
}

/** The data; `weight` is the bytes of all open commands and unacknowledged outcomes. */
interface Kept {
  readonly open: Map<string, OpenCommand>;
  readonly ended: Map<string, EndedCommand>;
  readonly untold: Map<string, EndedCommand>;
  id: string;
  received: number;
  weight: number;
}

/** An empty journal with a new id. */
export function createJournalState(id: string): JournalState {
  const kept: Kept = { open: new Map(), ended: new Map(), untold: new Map(), id, received: 0, weight: 0 };
  const { open, ended, untold } = kept;
  return {
    open,
    ended,
    untold,
    mark: () => ({ id: kept.id, count: kept.received }),
    weight: () => kept.weight,
    apply: (line, bytes, isOnDisk) => apply(kept, line, bytes, isOnDisk),
    forget: (nowMs) => {
      let spare = ended.size - untold.size - limits.commandsEndedMax;
      for (const { id: each, isTold, act, expiresAt } of ended.values())
        if (isTold && act === undefined && (expiresAt <= nowMs || spare-- > 0)) ended.delete(each);
    },
    lines: () => linesOf(kept),
  };
}

function apply(kept: Kept, line: Line, bytes: number, isOnDisk: boolean): void {
  switch (line.is) {
    case 'journal':
      kept.id = line.id;
      kept.received = line.count;
      break;
    case 'received':
      receive(kept, line, bytes, isOnDisk);
      break;
    case 'ended':
      remember(kept, line);
      break;
    case 'settled':
      settle(kept, line, bytes, isOnDisk);
      break;
    case 'leased':
    case 'effect':
      change(kept, line, bytes);
      break;
    case 'started':
      start(kept, line);
      break;
    case 'beside':
      note(kept, line);
      break;
    case 'entered':
    case 'acknowledged':
      end(kept, line);
      break;
  }
}

function receive(kept: Kept, { command }: LineOf<'received'>, bytes: number, isOnDisk: boolean): void {
  if (isOnDisk) kept.received += 1;
  if (kept.open.has(command.id) || kept.ended.has(command.id)) return;
  kept.open.set(command.id, { command, lease: command.lease, begun: [], beside: [], isOnDisk, bytes });
  kept.weight += bytes;
}

function settle(kept: Kept, line: LineOf<'settled'>, bytes: number, isOnDisk: boolean): void {
  const was = kept.open.get(line.id);
  kept.open.delete(line.id);
  kept.weight -= was?.bytes ?? 0;
  const lease = line.lease ?? was?.lease ?? '0.0';
  const expiresAt = line.expiresAt ?? was?.command.expiresAt ?? 0;
  const { outcome, act, touched = touchedBy(was?.begun ?? []) } = line;
  const known = { id: line.id, lease, outcome, expiresAt, touched, isTold: false, isOnDisk, bytes };
  keep(kept, { ...known, ...(act && { act }) });
}

function remember(kept: Kept, { id, until: expiresAt, state, problem }: LineOf<'ended'>): void {
  const outcome = problem === undefined ? { state } : { state, problem };
  keep(kept, { id, lease: '0.0', outcome, expiresAt, touched: [], isTold: true, isOnDisk: true, bytes: 0 });
}

function change(kept: Kept, line: LineOf<'leased' | 'effect'>, bytes: number): void {
  const was = kept.open.get(line.id);
  const after = kept.ended.get(line.id);
  if (was !== undefined) {
    const more = line.is === 'leased' ? { lease: line.lease } : { begun: begunAfter(was, line) };
    const added = line.is === 'leased' ? 0 : bytes;
    kept.open.set(line.id, { ...was, ...more, bytes: was.bytes + added });
    kept.weight += added;
  } else if (after !== undefined && line.is === 'leased') keep(kept, { ...after, lease: line.lease });
}

function start({ open }: Kept, { id }: LineOf<'started'>): void {
  const was = open.get(id);
  if (was !== undefined) open.set(id, { ...was, isStarted: true });
}

function note({ open }: Kept, { id, files }: LineOf<'beside'>): void {
  const was = open.get(id);
  if (was !== undefined) open.set(id, { ...was, beside: files });
}

function end(kept: Kept, line: LineOf<'entered' | 'acknowledged'>): void {
  const was = kept.ended.get(line.id);
  if (was === undefined) return;
  const { act: _act, ...entered } = was;
  const { result: _result, ...outcome } = was.outcome;
  if (line.is === 'entered') keep(kept, entered);
  else keep(kept, line.again === true ? { ...was, isTold: false } : { ...was, outcome, isTold: true });
}

function keep(kept: Kept, entry: EndedCommand): void {
  const { ended, untold } = kept;
  if (untold.has(entry.id) && entry.isTold) kept.weight -= entry.bytes;
  if (!untold.has(entry.id) && !entry.isTold) kept.weight += entry.bytes;
  ended.set(entry.id, entry);
  untold.delete(entry.id);
  if (!entry.isTold) untold.set(entry.id, entry);
  else if (!entry.isOnDisk && entry.act === undefined) ended.delete(entry.id);
}

function* linesOf({ id, open, ended, received }: Kept): Iterable<Line> {
  const opened = [...open.values()].filter(({ isOnDisk }) => isOnDisk);
  // The lines below are counted when they are read, so that a lost line is noticed.
  yield { is: 'journal', id, count: received - opened.length };
  for (const { command, lease, begun, beside, isStarted } of opened) {
    yield { is: 'received', command: { ...command, lease } };
    if (isStarted) yield { is: 'started', id: command.id };
    if (beside.length > 0) yield { is: 'beside', id: command.id, files: beside };
    for (const each of begun) yield { is: 'effect', id: command.id, ...each };
  }
  for (const entry of ended.values()) if (entry.isOnDisk) yield* linesOfEnded(entry);
}

/** An effect of a command that is begun again replaces that one and those after it. */
function begunAfter({ begun }: OpenCommand, { is: _is, id: _id, ...next }: LineOf<'effect'>): readonly Begun[] {
  return [...begun.filter(({ at }) => at < next.at), next];
}

/** The files and folders of effects, which must be looked at again. */
export function touchedBy(begun: readonly Begun[]): readonly Touched[] {
  return begun.map(({ project, step }) => {
    const { files, folders } = sortOf(step).touches(step);
    return { project, files, folders };
  });
}

function* linesOfEnded({ id, lease, outcome, touched, expiresAt, act, isTold }: EndedCommand): Iterable<Line> {
  if (isTold && act === undefined) {
    yield { is: 'ended', id, until: expiresAt, ...outcome };
    return;
  }
  yield { is: 'settled', id, lease, expiresAt, outcome, touched, ...(act && { act }) };
  if (isTold) yield { is: 'acknowledged', id };
}
