/** One command, from the last judgement to its outcome: policy and projects may be others than when it came. */
import * as v from 'valibot';
import type { CommandDelivered } from '#contract/bridge.ts';
import { documentKey } from '#contract/document-key.ts';
import { type CommandKindName, commandKind } from '#contract/kinds/index.ts';
import type { CommandKind } from '#contract/kinds/kind.ts';
import { checkSeen } from '#contract/kinds/seen.ts';
import { limits } from '#contract/limits.ts';
import { Problem } from '#contract/problems.ts';
import type { Project } from '../projects/project.ts';
import { editTime } from './edit-time.ts';
import type { Effect } from './effects/index.ts';
import { type Placed, performAll } from './effects/perform.ts';
import { type EachDeps, type Earlier, earlierOf, isEachAlone, performEach } from './effects/perform-each.ts';
import type { CommandContext, CommandHandler, MachineContext } from './handler.ts';
import type { Journal } from './journal.ts';
import type { Outcome } from './journal-lines.ts';
import { type Judged, judgeStarted, judgeWish } from './judge.ts';
import { commandHandlers } from './kinds/index.ts';
import { type MachineDeps, machineOf } from './machine.ts';
import { onceRead } from './once-read.ts';
import { problemOf } from './outcome.ts';

export interface RunDeps extends MachineDeps {
  readonly journal: Pick<Journal, 'beside' | 'effect' | 'open' | 'started'>;
  /** The relay's clock in ms since 1970, as this machine knows it. */
  readonly serverNow: () => number;
  /** Renews the lease of a command with the relay; false where it is somebody else's now. */
  readonly renew: (id: string) => Promise<boolean>;
  /** Hears of what is a defect of the bridge. */
  readonly onDefect: (id: string, error: unknown) => void;
}

/** Everything that is checked before anything is written. Throws the Problem for which a command is not done. */
export async function judgeCommand(
  command: CommandDelivered,
  deps: Omit<RunDeps, 'journal' | 'renew' | 'onDefect'>,
  isStarted = false,
): Promise<Judged & { readonly kind: CommandKind }> {
  const kind = commandKind(command.kind);
  if (kind === undefined)
    throw new Problem('kind-unknown', `This bridge does not know "${command.kind.slice(0, 64)}".`);
  if (isStarted) return { kind, ...judgeStarted(kind, command) };
  if (deps.serverNow() > command.expiresAt) throw new Problem('command-expired');
  const judged = await judgeWish(kind, command, deps, deps.projects());
  checkSeen(kind, command);
  return { kind, ...judged };
}

/** How long a command may go on. */
export interface Until {
  /** When it expires, by the monotonic clock. */
  readonly deadline: number;
  /** Aborts where it is stopped after it has begun. */
  readonly stopped: AbortSignal;
}

/** Runs a command. Throws the Problem for which it is not done. */
export async function runCommand(command: CommandDelivered, deps: RunDeps, until: Until): Promise<Outcome> {
  const { begun = [], isStarted = false } = deps.journal.open(command.id) ?? {};
  const earlier = isEachAlone(begun) ? earlierOf(begun, deps.projects()) : nothingEarlier;
  const onDefect = (error: unknown) => deps.onDefect(command.id, error);
  try {
    const { kind, ...judged } = await judgeCommand(command, deps, isStarted);
    if (!isStarted) checkExpiry(command, deps, until.deadline);
    return { state: 'done', result: await runJudged(command, deps, { kind, judged, earlier, isStarted, ...until }) };
  } catch (error) {
    if (earlier === nothingEarlier) throw error;
    return await endStopped(command, { earlier, onDefect }, problemOf(error, onDefect));
  }
}

const nothingEarlier: Earlier = { ended: new Map(), unsure: undefined };

/** The outcome of a command that has done some of its items and may not go on: of those it tells the truth, and of the others why. */
async function endStopped(
  command: CommandDelivered,
  { earlier, onDefect }: Pick<EachDeps, 'earlier' | 'onDefect'>,
  why: Problem,
): Promise<Outcome> {
  const kind = commandKind(command.kind);
  const parsed = kind && v.safeParse(kind.args, command.args);
  if (parsed?.success !== true) throw why;
  const stop = async (): Promise<never> => {
    throw why;
  };
  const context: Pick<CommandContext, 'performEach'> = {
    performEach: (makers) =>
      performEach(
        makers.map(() => stop),
        { command: command.id, earlier, checkMayGoOn: stop, before: stop, onDefect },
      ),
  };
  const result = await runHandler(
    command.kind as CommandKindName,
    parsed.output,
    context as CommandContext & MachineContext,
  );
  return { state: 'done', result };
}

interface Run extends Until {
  readonly kind: CommandKind;
  readonly judged: Judged;
  readonly earlier: Earlier;
  readonly isStarted: boolean;
}

async function runJudged(
  command: CommandDelivered,
  deps: RunDeps,
  { kind, judged, deadline, stopped, earlier, isStarted }: Run,
): Promise<unknown> {
  const abort = new AbortController();
  const signal = AbortSignal.any([abort.signal, stopped]);
  const guards = guardsOf(command, deps, { signal, deadline });
  const context = {
    ...(await contextOf(command.id, judged.project, deps, { ...guards, earlier })),
    ifRev: command.ifRev,
    id: command.id,
    by: command.by,
    isSigned: judged.signer !== undefined,
    ...{ signer: judged.signer, isSealed: judged.isSealed },
    isStarted,
    start: async () => {
      await guards.checkMayGoOn();
      await deps.journal.started(command.id);
    },
    now: editTime(deps.serverNow()),
    signal,
  };
  return await withTimeout(kind, abort, () =>
    onceRead(judged.project, signal, () =>
      runHandler(command.kind as CommandKindName, judged.args, context as CommandContext & MachineContext),
    ),
  );
}

function checkExpiry({ expiresAt }: CommandDelivered, { serverNow }: RunDeps, deadline: number): void {
  if (serverNow() > expiresAt || performance.now() > deadline) throw new Problem('command-expired');
}

interface Guards extends Pick<EachDeps, 'checkMayGoOn' | 'before'> {
  /** What is about to happen, before anything is laid beside its files. */
  readonly about: (effects: readonly Placed[]) => Promise<void>;
}

/** What precedes each effect of a command: it happens only while lease and expiry hold, and is in the journal first. */
function guardsOf(
  command: CommandDelivered,
  deps: RunDeps,
  { signal, deadline }: { readonly signal: AbortSignal; readonly deadline: number },
): Guards {
  const checkMayGoOn = async () => {
    signal.throwIfAborted();
    checkExpiry(command, deps, deadline);
    if (deps.serverNow() > command.leasedUntil && !(await deps.renew(command.id)))
      throw new Problem('command-expired', 'The lease of the command was lost.');
  };
  return {
    checkMayGoOn,
    about: async (effects) => {
      const files = effects.flatMap(({ place, what }) =>
        what.is === 'write-file' ? [{ project: place.id, path: what.path }] : [],
      );
      if (files.length > 0) await deps.journal.beside(command.id, files);
    },
    before: async ({ place, what: step }, line) => {
      await checkMayGoOn();
      await deps.journal.effect(command.id, { project: place.id, step, ...line });
      signal.throwIfAborted();
    },
  };
}

/** What the handler of a kind gets beside its args: its project, or the whole machine. */
async function contextOf(
  id: string,
  project: Project | undefined,
  deps: RunDeps,
  { earlier, ...guards }: Guards & Pick<EachDeps, 'earlier'>,
): Promise<Partial<CommandContext> | Partial<MachineContext>> {
  // The last effect of a whole is in the journal with the result.
  const perform: MachineContext['perform'] = async (effects, result) => {
    await guards.about(effects);
    await performAll(id, effects, (step, at, isLast) => guards.before(step, { at, isLast, ...(isLast && { result }) }));
  };
  if (project === undefined) return { ...(await machineOf(deps)), perform };
  const placed = (what: Effect) => ({ place: project, what });
  const context: Partial<CommandContext> = {
    project,
    perform: (effects, result) => perform(effects.map(placed), result),
    performEach: (makers) => {
      const inProject = makers.map((make) => async () => {
        const { effect, result } = await make();
        await guards.about([placed(effect)]);
        return { placed: placed(effect), result };
      });
      const onDefect = (error: unknown) => deps.onDefect(id, error);
      return performEach(inProject, { command: id, earlier, ...guards, onDefect });
    },
    workspaces: () => deps.watchList.workspaces(project.root),
    decided: (path) => deps.decisions.left(documentKey({ project: project.id, path })),
  };
  return context;
}

/** The registry ties each name to the handler of its args, which a name that is only known at run time cannot show. */
async function runHandler(
  name: CommandKindName,
  args: unknown,
  context: CommandContext & MachineContext,
): Promise<unknown> {
  const handler = commandHandlers[name] as CommandHandler<CommandKindName>;
  return await handler(args as Parameters<typeof handler>[0], context);
}

/** Past its time a command may not begin an effect any more; what it still does is awaited, so that the next one finds a settled disk. */
async function withTimeout(kind: CommandKind, abort: AbortController, run: () => Promise<unknown>): Promise<unknown> {
  const timer = setTimeout(() => abort.abort(new Problem('command-timeout')), kind.timeoutMs ?? limits.commandRunMs);
  // What outlives the bridge must not keep it.
  timer.unref();
  try {
    return await run();
  } finally {
    clearTimeout(timer);
  }
}
