/** Runs commands: judges them, writes them to the journal before they begin, and runs one at a time per project. Each takes effect at most once, no matter what the relay sends or when a process is killed. */
import type { CommandDelivered, JournalMark, ResultItem } from '#contract/bridge.ts';
import { commandKind } from '#contract/kinds/index.ts';
import { limits } from '#contract/limits.ts';
import { Problem } from '#contract/problems.ts';
import type { Touched } from './effects/index.ts';
import { isEachAlone } from './effects/perform-each.ts';
import { createLanes } from './lanes.ts';
import { placesOf } from './machine.ts';
import { recoverOutcome } from './recover.ts';
import { judgeCommand, type RunDeps, runCommand } from './run.ts';
import { createSettling, type Settling, type SettlingDeps } from './settle.ts';

export type ExecutorDeps = RunDeps & SettlingDeps;

export interface Executor {
  /** Continues with commands that a crash has left. Call it once, before anything else. */
  recover(): Promise<void>;
  /** Judges commands, writes allowed ones to the journal and begins them; resolves when they are on the disk. A refused command ends at once and is not written. A command that is already known is not begun again; its outcome is sent again. */
  accept(commands: readonly CommandDelivered[]): Promise<void>;
  /** Runs what the bridge does of itself while no command of a project or of the machine runs. It handles its own errors. */
  runApart(task: () => Promise<void>): void;
  /** Settles commands that have not begun as cancelled, and stops those that have, where their kind is stoppable. */
  cancel(ids: readonly string[]): void;
  /** For the poll: commands whose result the relay has not acknowledged. */
  holding(): { readonly id: string; readonly lease: string }[];
  /** Which journal this is, for connect and poll. */
  journal(): JournalMark;
  /** Outcomes that the relay has not acknowledged. */
  results(): ResultItem[];
  /** The files and folders that a command has changed. */
  touchedBy(id: string): readonly Touched[];
  acknowledge(ids: readonly string[]): Promise<void>;
  /** Resolves when nothing runs and all possible entries are in the audit log. */
  idle(): Promise<void>;
}

/** An executor of commands over a journal. */
export function createExecutor(deps: ExecutorDeps): Executor {
  const { journal } = deps;
  const settling = createSettling(deps);
  const queue = createQueue(deps, settling);
  const intake = createIntake(deps, settling, queue.begin);
  return {
    recover: async () => {
      settling.enterLeft();
      const places = await placesOf(deps);
      for (const entry of [...journal.allOpen()]) {
        const { id } = entry.command;
        const outcome = await recoverOutcome(entry, places);
        if (outcome !== undefined) await settling.settle(id, outcome);
        else {
          await settling.takeIn(entry);
          queue.begin(id);
        }
      }
    },
    accept: intake.accept,
    runApart: queue.runApart,
    cancel: queue.cancel,
    holding: () => {
      const here = new Map(intake.arriving);
      for (const { command, lease } of journal.allOpen()) here.set(command.id, lease);
      for (const { id, lease } of journal.untold()) here.set(id, lease);
      return [...here].slice(0, limits.commandsQueuedMax).map(([id, lease]) => ({ id, lease }));
    },
    journal: journal.mark,
    results: () => [...journal.untold()].map(({ id, lease, outcome }) => ({ id, lease, ...outcome })),
    touchedBy: (id) => journal.ended(id)?.touched ?? [],
    acknowledge: (ids) => journal.acknowledged(ids.filter((id) => journal.ended(id) !== undefined)),
    idle: async () => {
      await queue.idle();
      await settling.idle();
    },
  };
}

/** Commands that wait for their lane, and run. */
function createQueue(deps: ExecutorDeps, { settle, failed }: Settling) {
  const { journal } = deps;
  const cancelled = new Set<string>();
  /** Stops those that run. */
  const stops = new Map<string, () => void>();
  const lanes = createLanes();
  const run = async (command: CommandDelivered, deadline: number) => {
    const { id } = command;
    const { begun = [], isStarted = false } = journal.open(id) ?? {};
    const hasBegun = isStarted || isEachAlone(begun);
    const stop = new AbortController();
    if (commandKind(command.kind)?.stoppable)
      stops.set(id, () => stop.abort(new Problem('command-cancelled', 'It was stopped.')));
    if (cancelled.has(id)) stops.get(id)?.();
    const outcome =
      cancelled.has(id) && !hasBegun
        ? ({ state: 'cancelled' } as const)
        : await runCommand(command, deps, { deadline, stopped: stop.signal }).catch((error: unknown) =>
            failed(id, error),
          );
    await settle(id, outcome);
    stops.delete(id);
    cancelled.delete(id);
  };
  return {
    begin: (id: string) => {
      const command = journal.open(id)?.command;
      if (command === undefined) return;
      // Also by the monotonic clock, because the wall clock may jump.
      const deadline = performance.now() + command.expiresAt - deps.serverNow();
      const task = () => run(command, deadline).catch((error: unknown) => deps.onDefect(id, error));
      const lane = commandKind(command.kind)?.lane;
      if (lane === 'project') lanes.add(String(command.args.project), task);
      else if (lane === 'machine') lanes.addAcross(task);
      else lanes.addFree(task);
    },
    cancel: (ids: readonly string[]) => {
      for (const id of ids) {
        if (journal.open(id) !== undefined) cancelled.add(id);
        stops.get(id)?.();
      }
    },
    runApart: lanes.addAcross,
    idle: lanes.idle,
  };
}

/** Commands that come from the relay: one batch after another. */
function createIntake(deps: ExecutorDeps, { settle, failed }: Settling, begin: (id: string) => void) {
  const { journal } = deps;
  /** Commands that are being judged and journaled, with their leases. */
  const arriving = new Map<string, string>();
  let accepted: Promise<void> = Promise.resolve();
  const isKnown = ({ id }: CommandDelivered) => journal.open(id) !== undefined || journal.ended(id) !== undefined;
  const meetAgain = async ({ id, lease }: CommandDelivered) => {
    await journal.leased(id, lease);
    const ended = journal.ended(id);
    if (ended === undefined) return;
    if (ended.isTold) await journal.acknowledged([id], true);
    deps.onResult();
  };
  /** Ends a command that must not begin, without writing it to the disk. */
  const turnAway = async (command: CommandDelivered, error: unknown) => {
    journal.noted(command);
    await settle(command.id, failed(command.id, error));
  };
  const takeFresh = async (commands: readonly CommandDelivered[]) => {
    const lasting: CommandDelivered[] = [];
    for (const command of commands)
      await judgeCommand(command, deps).then(
        () => lasting.push(command),
        (error: unknown) => turnAway(command, error),
      );
    await journal.received(lasting).catch(async (error: unknown) => {
      for (const command of lasting) await turnAway(command, error);
    });
    for (const { id } of commands) begin(id);
  };
  const takeAll = async (commands: readonly CommandDelivered[]) => {
    // A limit on the expiry, no matter what the relay says, because ended commands are remembered until they expire.
    const latest = deps.serverNow() + limits.commandExpiryMsMax;
    const fresh = new Map<string, CommandDelivered>();
    for (const command of commands) {
      if (isKnown(command)) await meetAgain(command);
      else fresh.set(command.id, { ...command, expiresAt: Math.min(command.expiresAt, latest) });
    }
    await takeFresh([...fresh.values()]);
    for (const { id } of commands) arriving.delete(id);
  };
  return {
    arriving,
    accept: (commands: readonly CommandDelivered[]): Promise<void> => {
      for (const { id, lease } of commands) arriving.set(id, lease);
      const taken = accepted.then(() => takeAll(commands));
      accepted = taken.catch(() => undefined);
      return taken;
    },
  };
}
