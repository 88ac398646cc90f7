/** What the lines of a journal come to: commands that are under way, outcomes that the relay has not taken, and ids that are remembered. No I/O. */
import * as v from 'valibot';
import type { Act } from '#contract/audit.ts';
import { CommandDelivered, type ResultItem } from '#contract/bridge.ts';
import { SettledState } from '#contract/command.ts';
import { Id } from '#contract/document.ts';
import { limits } from '#contract/limits.ts';
import { EffectStep, sortOf, type Touched } from './effects/index.ts';

/** What became of a command, as it is told to the relay. */
export type Outcome = Omit<ResultItem, 'id' | 'lease'>;

const count = v.pipe(v.number(), v.integer(), v.minValue(0));
/** An effect that was about to happen: of a command with several, the `at`-th; the last one brings the result. */
const Begun = v.object({
  project: v.string(),
  step: EffectStep,
  at: count,
  isLast: v.boolean(),
  result: v.optional(v.unknown()),
});
export type Begun = v.InferOutput<typeof Begun>;
const paths = v.pipe(v.array(v.string()), v.readonly());
const TouchedLine = v.object({ project: v.string(), files: paths, folders: paths });
const Ending = v.object({ state: SettledState, result: v.optional(v.unknown()), problem: v.optional(v.unknown()) });

/** A line of the file. */
export const Line = v.variant('is', [
  /** At the head: which journal this is, and how many commands had been received before the lines below. */
  v.object({ is: v.literal('journal'), id: Id, count }),
  v.object({ is: v.literal('received'), command: CommandDelivered }),
  v.object({ is: v.literal('leased'), id: Id, lease: v.string() }),
  v.object({ is: v.literal('effect'), id: Id, ...Begun.entries }),
  v.object({
    is: v.literal('settled'),
    id: Id,
    lease: v.optional(v.string()),
    expiresAt: v.optional(v.number()),
    outcome: Ending,
    /** Where it had changed something, until the relay has its outcome. */
    touched: v.optional(v.pipe(v.array(TouchedLine), v.readonly())),
    /** What has to be entered in the machine's audit log yet. */
    act: v.optional(v.custom<Act>((value) => typeof value === 'object' && value !== null)),
  }),
  /** Of one that was told and entered: what is left of it. */
  v.object({
    is: v.literal('ended'),
    id: Id,
    until: v.number(),
    state: SettledState,
    problem: v.optional(v.unknown()),
  }),
  v.object({ is: v.literal('entered'), id: Id }),
  v.object({ is: v.literal('acknowledged'), id: Id, again: v.optional(v.boolean()) }),
]);
export type Line = v.InferOutput<typeof Line>;
type LineOf<Is extends Line['is']> = Extract<Line, { is: Is }>;

/** A command that is journaled or noted, and not settled. */
export interface OpenCommand {
  readonly command: CommandDelivered;
  /** The newest lease: a result goes out under it. */
  readonly lease: string;
  /** The effects that have begun since it was last begun, in their order. */
  readonly begun: readonly Begun[];
  /** Whether the file knows of it; otherwise it ends with this process. */
  readonly isOnDisk: boolean;
  readonly bytes: number;
}

/** A command that is settled: of one whose outcome the relay has, only the outcome without its result. */
export interface EndedCommand {
  readonly id: string;
  readonly lease: string;
  readonly outcome: Outcome;
  /** Where it changed something. */
  readonly touched: readonly Touched[];
  /** Ms since 1970 by the relay's clock: until then it may be offered again. */
  readonly expiresAt: number;
  readonly act?: Act;
  readonly isTold: boolean;
  readonly isOnDisk: boolean;
  readonly bytes: number;
}

export interface JournalState {
  readonly open: ReadonlyMap<string, OpenCommand>;
  readonly ended: ReadonlyMap<string, EndedCommand>;
  /** Those of `ended` that the relay has not taken. */
  readonly untold: ReadonlyMap<string, EndedCommand>;
  /** Which journal, and how many commands it has ever received. */
  mark(): { readonly id: string; readonly count: number };
  /** Bytes of all that is open or untold. */
  weight(): number;
  apply(line: Line, bytes: number, isOnDisk: boolean): void;
  /** Forgets what was told and can be offered no more. */
  forget(nowMs: number): void;
  /** The lines that come to this state. */
  lines(): Iterable<Line>;
}

/** An empty journal with an id of its own. */
export function createJournalState(newId: string): JournalState {
  const open = new Map<string, OpenCommand>();
  const ended = new Map<string, EndedCommand>();
  const untold = new Map<string, EndedCommand>();
  let id = newId;
  let received = 0;
  let weight = 0;

  const keep = (entry: EndedCommand) => {
    if (untold.has(entry.id) && entry.isTold) weight -= entry.bytes;
    if (!untold.has(entry.id) && !entry.isTold) weight += entry.bytes;
    ended.set(entry.id, entry);
    untold.delete(entry.id);
    if (!entry.isTold) untold.set(entry.id, entry);
    else if (!entry.isOnDisk && entry.act === undefined) ended.delete(entry.id);
  };
  const receive = ({ command }: LineOf<'received'>, bytes: number, isOnDisk: boolean) => {
    if (isOnDisk) received += 1;
    if (open.has(command.id) || ended.has(command.id)) return;
    open.set(command.id, { command, lease: command.lease, begun: [], isOnDisk, bytes });
    weight += bytes;
  };
  const settle = (line: LineOf<'settled'>, bytes: number, isOnDisk: boolean) => {
    const was = open.get(line.id);
    open.delete(line.id);
    weight -= was?.bytes ?? 0;
    const lease = line.lease ?? was?.lease ?? '0.0';
    const expiresAt = line.expiresAt ?? was?.command.expiresAt ?? 0;
    const { outcome, act, touched = touchedBy(was?.begun ?? []) } = line;
    const known = { id: line.id, lease, outcome, expiresAt, touched, isTold: false, isOnDisk, bytes };
    keep({ ...known, ...(act && { act }) });
  };
  const remember = ({ id: each, until, state, problem }: LineOf<'ended'>) => {
    const outcome = problem === undefined ? { state } : { state, problem };
    keep({ id: each, lease: '0.0', outcome, expiresAt: until, touched: [], isTold: true, isOnDisk: true, bytes: 0 });
  };
  const change = (line: LineOf<'leased' | 'effect'>, bytes: number) => {
    const was = open.get(line.id);
    const after = ended.get(line.id);
    if (was !== undefined) {
      const more = line.is === 'leased' ? { lease: line.lease } : { begun: begunAfter(was, line) };
      const added = line.is === 'leased' ? 0 : bytes;
      open.set(line.id, { ...was, ...more, bytes: was.bytes + added });
      weight += added;
    } else if (after !== undefined && line.is === 'leased') keep({ ...after, lease: line.lease });
  };
  const end = (line: LineOf<'entered' | 'acknowledged'>) => {
    const was = ended.get(line.id);
    if (was === undefined) return;
    const { act, ...rest } = was;
    if (line.is === 'entered') return keep(rest);
    const { result: _, ...outcome } = was.outcome;
    keep(line.again === true ? { ...was, isTold: false } : { ...was, outcome, isTold: true });
  };

  return {
    open,
    ended,
    untold,
    mark: () => ({ id, count: received }),
    weight: () => weight,
    apply: (line, bytes, isOnDisk) => {
      switch (line.is) {
        case 'journal':
          id = line.id;
          received = line.count;
          return;
        case 'received':
          return receive(line, bytes, isOnDisk);
        case 'ended':
          return remember(line);
        case 'settled':
          return settle(line, bytes, isOnDisk);
        case 'leased':
        case 'effect':
          return change(line, bytes);
        case 'entered':
        case 'acknowledged':
          return end(line);
      }
    },
    forget: (nowMs) => {
      let spare = ended.size - untold.size - limits.commandsEndedMax;
      for (const { id: each, isTold, act, expiresAt } of ended.values())
        if (isTold && act === undefined && (expiresAt <= nowMs || spare-- > 0)) ended.delete(each);
    },
    lines: function* () {
      const opened = [...open.values()].filter(({ isOnDisk }) => isOnDisk);
      // The lines below count for themselves, so that one that is lost is missed.
      yield { is: 'journal', id, count: received - opened.length };
      for (const { command, lease, begun } of opened) {
        yield { is: 'received', command: { ...command, lease } };
        for (const each of begun) yield { is: 'effect', id: command.id, ...each };
      }
      for (const entry of ended.values()) if (entry.isOnDisk) yield* linesOf(entry);
    },
  };
}

/** The first effect of a command that is begun again takes the place of what it had begun before. */
function begunAfter({ begun }: OpenCommand, { is: _is, id: _id, ...next }: LineOf<'effect'>): readonly Begun[] {
  return [...begun.slice(0, next.at), next];
}

/** Where effects were, for those who look there again. */
export function touchedBy(begun: readonly Begun[]): readonly Touched[] {
  return begun.map(({ project, step }) => {
    const { files, folders } = sortOf(step).touches(step);
    return { project, files, folders };
  });
}

function* linesOf({ id, lease, outcome, touched, expiresAt, act, isTold }: EndedCommand): Iterable<Line> {
  if (isTold && act === undefined) {
    yield { is: 'ended', id, until: expiresAt, ...outcome };
    return;
  }
  yield { is: 'settled', id, lease, expiresAt, outcome, touched, ...(act && { act }) };
  if (isTold) yield { is: 'acknowledged', id };
}
