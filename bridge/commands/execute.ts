/** Running commands: judged first, journaled before they begin, one at a time per project, each with at most one effect, whatever the relay sends and whatever is killed when. */
import type { Act } from '#contract/audit.ts';
import type { CommandDelivered, JournalMark, ResultItem } from '#contract/bridge.ts';
import { type CommandKindName, commandKind } from '#contract/kinds/index.ts';
import type { CommandKind } from '#contract/kinds/kind.ts';
import { limits } from '#contract/limits.ts';
import { Problem } from '#contract/problems.ts';
import { codeOf, fileFailed } from '../files/guard.ts';
import type { Project } from '../project.ts';
import type { CommandContext, CommandHandler, EffectStep } from './handler.ts';
import type { Journal, OpenCommand, Outcome } from './journal.ts';
import { aboutOf, type Judged, judgeWish, type Rules } from './judge.ts';
import { commandHandlers } from './kinds/index.ts';
import { outcomeOf } from './outcome.ts';
import { recoverOutcome } from './recover.ts';

export interface ExecutorDeps extends Rules {
  readonly projects: () => Iterable<Project>;
  readonly journal: Journal;
  /** Enters what a command came to in the machine's own audit log, sooner or later; false where too much waits for it. */
  readonly record: (act: Act) => Promise<boolean>;
  /** The relay's clock in ms since 1970, as this machine knows it. */
  readonly serverNow: () => number;
  /** Takes what a command did into the index at once, before its outcome is told. */
  readonly takeIn: (effect: EffectStep) => Promise<void>;
  /** Renews the lease of a command with the relay; false where it is somebody else's now. */
  readonly renew: (id: string) => Promise<boolean>;
  /** Hears that there is something in `results()`. */
  readonly onResult: () => void;
  /** Hears of what is a defect of the bridge. */
  readonly onDefect: (id: string, error: unknown) => void;
}

export interface Executor {
  /** Takes up what a crash left. Call once, before anything else. */
  recover(): Promise<void>;
  /** Judges commands, journals those that change something and begins them; resolves when they are on the disk. What may not be done ends at once and leaves nothing there. One that is known already is not begun again: its outcome is told again. */
  accept(commands: readonly CommandDelivered[]): Promise<void>;
  /** Settles as cancelled what has not begun. */
  cancel(ids: readonly string[]): void;
  /** Commands that are here and whose result the relay has not taken, for the poll. */
  holding(): { readonly id: string; readonly lease: string }[];
  /** Which journal this is, for connect and poll. */
  journal(): JournalMark;
  /** Outcomes that the relay has not acknowledged. */
  results(): ResultItem[];
  /** What a command has changed, if it has changed anything. */
  effectOf(id: string): EffectStep | undefined;
  acknowledge(ids: readonly string[]): Promise<void>;
  /** Resolves when nothing runs and what can be written to the audit log is. */
  idle(): Promise<void>;
}

/** An executor of commands over a journal. */
export function createExecutor(deps: ExecutorDeps): Executor {
  const { journal } = deps;
  const cancelled = new Set<string>();
  const chains = new Map<string, Promise<void>>();
  const deadlines = new Map<string, number>();
  /** Commands that are being judged and journaled, with their leases. */
  const arriving = new Map<string, string>();
  const entering = new Set<Promise<void>>();
  let accepted: Promise<void> = Promise.resolve();

  /** Nothing waits for the audit log: where it cannot be written, the entry waits in the journal. */
  const enter = (id: string, act: Act, isOnDisk: boolean) => {
    const done = deps
      .record(act)
      .then(async (isEntered) => {
        if (isEntered || !isOnDisk) await journal.entered(id);
      })
      .catch((error: unknown) => deps.onDefect(id, error))
      .finally(() => entering.delete(done));
    entering.add(done);
  };
  const settle = async (id: string, found: Outcome) => {
    const was = journal.open(id);
    if (was === undefined) return;
    if (was.effect !== undefined) await deps.takeIn(was.effect.step);
    const fits = was.isOnDisk || journal.hasRoomFor(found);
    const outcome = fits ? found : outcomeOf(new Problem('no-space', 'Too many results wait to be sent.'));
    const act = actOf(was.command, outcome);
    await journal.settled(id, outcome, act);
    cancelled.delete(id);
    deadlines.delete(id);
    deps.onResult();
    enter(id, act, was.isOnDisk);
  };
  const failed = (id: string, error: unknown): Outcome => {
    const problem = codeOf(error) === undefined || error instanceof Problem ? error : fileFailed(error);
    if (!(problem instanceof Problem)) deps.onDefect(id, error);
    return outcomeOf(problem);
  };
  const runOne = async ({ command }: OpenCommand) => {
    const { id } = command;
    if (cancelled.has(id)) return await settle(id, { state: 'cancelled' });
    const deadline = deadlines.get(id) ?? Number.POSITIVE_INFINITY;
    await settle(id, await runCommand(command, deps, deadline).catch((error: unknown) => failed(id, error)));
  };
  const enqueue = (entry: OpenCommand) => {
    const { id } = entry.command;
    const chain = laneOf(entry.command);
    const running = (chains.get(chain) ?? Promise.resolve())
      .then(() => runOne(entry))
      .catch((error: unknown) => deps.onDefect(id, error));
    chains.set(chain, running);
    void running.then(() => chains.get(chain) === running && chains.delete(chain));
  };
  const begin = (id: string) => {
    const entry = journal.open(id);
    if (entry === undefined) return;
    // By the monotonic clock too: the wall clock may jump.
    deadlines.set(id, performance.now() + entry.command.expiresAt - deps.serverNow());
    enqueue(entry);
  };
  const meetAgain = async ({ id, lease }: CommandDelivered) => {
    await journal.leased(id, lease);
    const ended = journal.ended(id);
    if (ended === undefined) return;
    if (ended.isTold) await journal.acknowledged([id], true);
    deps.onResult();
  };
  /** Ends what is not to be begun, without a trace on the disk. */
  const turnAway = async (command: CommandDelivered, error: unknown) => {
    journal.noted(command);
    await settle(command.id, failed(command.id, error));
  };
  const isKnown = ({ id }: CommandDelivered) => journal.open(id) !== undefined || journal.ended(id) !== undefined;
  /** Whether a command may be done; one that may not is turned away. */
  const isJudged = async (command: CommandDelivered): Promise<boolean> => {
    try {
      await judge(command, deps);
      return true;
    } catch (error) {
      await turnAway(command, error);
      return false;
    }
  };
  const takeFresh = async (commands: readonly CommandDelivered[]) => {
    const lasting: CommandDelivered[] = [];
    for (const command of commands) {
      if (await isJudged(command)) lasting.push(command);
    }
    await journal.received(lasting).catch(async (error: unknown) => {
      for (const command of lasting) await turnAway(command, error);
    });
    for (const { id } of commands) begin(id);
  };
  const takeAll = async (commands: readonly CommandDelivered[]) => {
    // However long the relay wants it to live: what is remembered has an end.
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
    recover: async () => {
      for (const { id, act, isOnDisk } of journal.unentered()) if (act !== undefined) enter(id, act, isOnDisk);
      for (const entry of [...journal.allOpen()]) {
        const { id } = entry.command;
        const outcome = await recoverOutcome(entry, deps.projects());
        if (outcome === undefined) begin(id);
        else await settle(id, outcome);
      }
    },
    accept: (commands) => {
      for (const { id, lease } of commands) arriving.set(id, lease);
      const taken = accepted.then(() => takeAll(commands));
      accepted = taken.catch(() => undefined);
      return taken;
    },
    cancel: (ids) => {
      for (const id of ids) if (journal.open(id) !== undefined) cancelled.add(id);
    },
    holding: () => {
      const here = new Map(arriving);
      for (const { command, lease } of journal.allOpen()) here.set(command.id, lease);
      for (const { id, lease } of journal.untold()) here.set(id, lease);
      return [...here].slice(0, limits.commandsQueuedMax).map(([id, lease]) => ({ id, lease }));
    },
    journal: journal.mark,
    results: () => [...journal.untold()].map(({ id, lease, outcome }) => ({ id, lease, ...outcome })),
    effectOf: (id) => journal.ended(id)?.step,
    acknowledge: (ids) => journal.acknowledged(ids.filter((id) => journal.ended(id) !== undefined)),
    idle: async () => {
      while (chains.size > 0) await Promise.all(chains.values());
      await Promise.all(entering);
    },
  };
}

/** Everything that is checked before anything is written. Throws the Problem for which a command is not done. */
async function judge(command: CommandDelivered, deps: ExecutorDeps): Promise<Judged & { readonly kind: CommandKind }> {
  const kind = commandKind(command.kind);
  if (kind === undefined)
    throw new Problem('kind-unknown', `This bridge does not know "${command.kind.slice(0, 64)}".`);
  if (deps.serverNow() > command.expiresAt) throw new Problem('command-expired');
  const judged = await judgeWish(kind, command, deps, deps.projects());
  if (kind.guards.length > 0 && command.ifRev === undefined) throw new Problem('rev-required');
  return { kind, ...judged };
}

/** Judges a command once more, since policy and projects may be others by now, and runs its handler. */
async function runCommand(command: CommandDelivered, deps: ExecutorDeps, deadline: number): Promise<Outcome> {
  const { kind, args, project } = await judge(command, deps);
  const checkExpiry = () => {
    if (deps.serverNow() > command.expiresAt || performance.now() > deadline) throw new Problem('command-expired');
  };
  checkExpiry();
  const abort = new AbortController();
  const effect = async (step: EffectStep, result: unknown) => {
    abort.signal.throwIfAborted();
    checkExpiry();
    if (deps.serverNow() > command.leasedUntil && !(await deps.renew(command.id)))
      throw new Problem('command-expired', 'The lease of the command was lost.');
    await deps.journal.effect(command.id, step, result);
    abort.signal.throwIfAborted();
  };
  const context = {
    id: command.id,
    ...(project && { project }),
    ifRev: command.ifRev,
    now: editTime(deps.serverNow()),
    signal: abort.signal,
    effect,
  };
  const result = await withTimeout(kind, abort, () =>
    runHandler(command.kind as CommandKindName, args, context as CommandContext),
  );
  return { state: 'done', result };
}

/** The lane that a command waits in: its project's, or its own. */
function laneOf({ id, kind, args: { project } }: CommandDelivered): string {
  return commandKind(kind)?.lane === 'project' ? `project ${String(project)}` : `own ${id}`;
}

/** The time that an edit writes: this machine's, or the relay's where the two are far apart. */
function editTime(relayNow: number): Date {
  return new Date(Math.abs(relayNow - Date.now()) > limits.clockSkewMs ? relayNow : Date.now());
}

/** What the machine's own log says of a command that has ended. */
function actOf(command: CommandDelivered, { state, problem }: Outcome): Act {
  const { id, by, signature } = command;
  const signed = signature === undefined ? {} : { signedBy: signature.key };
  const about = { ...aboutOf(command, problem), command: id, ...signed };
  return { action: 'command-ended', result: state, by: { name: by, via: 'relay' }, about };
}

/** The registry ties each name to the handler of its args, which a name that is only known at run time cannot show. */
async function runHandler(name: CommandKindName, args: unknown, context: CommandContext): Promise<unknown> {
  const handler = commandHandlers[name] as CommandHandler<CommandKindName>;
  return await handler(args as Parameters<typeof handler>[0], context);
}

/** Past its time a command may not begin an effect any more; what it still does is awaited, so that the next one finds a settled disk. */
async function withTimeout(kind: CommandKind, abort: AbortController, run: () => Promise<unknown>): Promise<unknown> {
  const timer = setTimeout(() => abort.abort(new Problem('command-timeout')), kind.timeoutMs ?? limits.commandRunMs);
  try {
    return await run();
  } finally {
    clearTimeout(timer);
  }
}
