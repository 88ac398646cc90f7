/** One command, from the last judgement to its outcome: policy and projects may be others than when it came. */
import type { CommandDelivered } from '#contract/bridge.ts';
import { type CommandKindName, commandKind } from '#contract/kinds/index.ts';
import type { CommandKind } from '#contract/kinds/kind.ts';
import { checkSeen } from '#contract/kinds/seen.ts';
import { limits } from '#contract/limits.ts';
import { Problem } from '#contract/problems.ts';
import type { Project } from '../project.ts';
import { editTime } from './edit-time.ts';
import { performAll } from './effects/perform.ts';
import type { CommandContext, CommandHandler, MachineContext } from './handler.ts';
import type { Journal } from './journal.ts';
import type { Outcome } from './journal-lines.ts';
import { type Judged, judgeWish } from './judge.ts';
import { commandHandlers } from './kinds/index.ts';
import { type MachineDeps, machineOf } from './machine.ts';

export interface RunDeps extends MachineDeps {
  readonly journal: Pick<Journal, 'effect'>;
  /** The relay's clock in ms since 1970, as this machine knows it. */
  readonly serverNow: () => number;
  /** Renews the lease of a command with the relay; false where it is somebody else's now. */
  readonly renew: (id: string) => Promise<boolean>;
}

/** Everything that is checked before anything is written. Throws the Problem for which a command is not done. */
export async function judgeCommand(
  command: CommandDelivered,
  deps: Omit<RunDeps, 'journal' | 'renew'>,
): Promise<Judged & { readonly kind: CommandKind }> {
  const kind = commandKind(command.kind);
  if (kind === undefined)
    throw new Problem('kind-unknown', `This bridge does not know "${command.kind.slice(0, 64)}".`);
  if (deps.serverNow() > command.expiresAt) throw new Problem('command-expired');
  const judged = await judgeWish(kind, command, deps, deps.projects());
  checkSeen(kind, command);
  return { kind, ...judged };
}

/** Runs a command; `deadline` is when it expires by the monotonic clock. Throws the Problem for which it is not done. */
export async function runCommand(command: CommandDelivered, deps: RunDeps, deadline: number): Promise<Outcome> {
  const { kind, args, project, isSigned } = await judgeCommand(command, deps);
  checkExpiry(command, deps, deadline);
  const abort = new AbortController();
  const perform = performer(command, deps, { signal: abort.signal, deadline });
  const context = {
    ...(await contextOf(project, deps, perform)),
    ifRev: command.ifRev,
    id: command.id,
    isSigned,
    now: editTime(deps.serverNow()),
    signal: abort.signal,
  };
  const result = await withTimeout(kind, abort, () =>
    runHandler(command.kind as CommandKindName, args, context as CommandContext & MachineContext),
  );
  return { state: 'done', result };
}

function checkExpiry({ expiresAt }: CommandDelivered, { serverNow }: RunDeps, deadline: number): void {
  if (serverNow() > expiresAt || performance.now() > deadline) throw new Problem('command-expired');
}

/** How the effects of a command are done: each only while lease and expiry hold, and journaled first with its place. */
function performer(
  command: CommandDelivered,
  deps: RunDeps,
  { signal, deadline }: { readonly signal: AbortSignal; readonly deadline: number },
): MachineContext['perform'] {
  return async (effects, result) =>
    await performAll(command.id, effects, async ({ place, what: step }, at, isLast) => {
      signal.throwIfAborted();
      checkExpiry(command, deps, deadline);
      if (deps.serverNow() > command.leasedUntil && !(await deps.renew(command.id)))
        throw new Problem('command-expired', 'The lease of the command was lost.');
      await deps.journal.effect(command.id, { project: place.id, step, at, isLast, ...(isLast && { result }) });
      signal.throwIfAborted();
    });
}

/** What the handler of a kind gets beside its args: its project, or the whole machine. */
async function contextOf(
  project: Project | undefined,
  deps: RunDeps,
  perform: MachineContext['perform'],
): Promise<Partial<CommandContext> | Partial<MachineContext>> {
  if (project === undefined) return { ...(await machineOf(deps)), perform };
  const inProject: CommandContext['perform'] = (effects, result) =>
    perform(
      effects.map((what) => ({ place: project, what })),
      result,
    );
  return { project, perform: inProject };
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
  try {
    return await run();
  } finally {
    clearTimeout(timer);
  }
}
