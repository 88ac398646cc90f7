/** Running commands: journaled before they begin, one at a time per project, each with at most one effect, whatever the relay sends and whatever is killed when. */
import * as v from 'valibot';
import type { Act } from '#contract/audit.ts';
import type { CommandDelivered, ResultItem } from '#contract/bridge.ts';
import { type CommandKindName, commandKind } from '#contract/commands/index.ts';
import type { CommandKind } from '#contract/commands/kind.ts';
import { limits } from '#contract/limits.ts';
import { type Policy, policyVerdict } from '#contract/machine.ts';
import { Problem } from '#contract/problems.ts';
import type { Project } from '../project.ts';
import type { CommandContext, CommandHandler, EffectStep } from './handler.ts';
import { commandHandlers } from './index.ts';
import type { Journal, JournalEntry, Outcome } from './journal.ts';
import { findProject } from './lookup.ts';
import { outcomeOf } from './outcome.ts';
import { recoverOutcome } from './recover.ts';
import { checkSignature, type SignatureDeps } from './signatures.ts';

export interface ExecutorDeps {
  readonly projects: () => Iterable<Project>;
  readonly journal: Journal;
  readonly policy: () => Policy;
  /** The keys that are pinned here, and what was signed before. */
  readonly signatures: SignatureDeps;
  /** Enters what a command came to in the machine's own audit log. */
  readonly record: (act: Act) => Promise<void>;
  /** The relay's clock in ms since 1970, as this machine knows it. */
  readonly serverNow: () => number;
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
  /** Journals commands and begins them; resolves when they are on the disk. One that is known already is not begun again: its outcome is told again. */
  accept(commands: readonly CommandDelivered[]): Promise<void>;
  /** Settles as cancelled what has not begun. */
  cancel(ids: readonly string[]): void;
  /** Commands that are journaled and not settled, for the poll. */
  holding(): { readonly id: string; readonly lease: string }[];
  /** Outcomes that the relay has not acknowledged. */
  results(): ResultItem[];
  acknowledge(ids: readonly string[]): Promise<void>;
  /** Resolves when nothing runs. */
  idle(): Promise<void>;
}

/** An executor of commands over a journal. */
export function createExecutor(deps: ExecutorDeps): Executor {
  const { journal } = deps;
  const cancelled = new Set<string>();
  const chains = new Map<string, Promise<void>>();
  const deadlines = new Map<string, number>();

  const settle = async (id: string, outcome: Outcome) => {
    const entry = journal.entry(id);
    if (entry !== undefined) await deps.record(actOf(entry, outcome));
    await journal.settled(id, outcome);
    cancelled.delete(id);
    deadlines.delete(id);
    deps.onResult();
  };
  const runOne = async (entry: JournalEntry) => {
    const { id } = entry.command;
    if (cancelled.has(id)) return await settle(id, { state: 'cancelled' });
    const outcome = await runCommand(entry, deps, deadlines.get(id) ?? Number.POSITIVE_INFINITY).catch(
      (error: unknown) => {
        if (!(error instanceof Problem)) deps.onDefect(id, error);
        return outcomeOf(error);
      },
    );
    await settle(id, outcome);
  };
  const enqueue = (entry: JournalEntry) => {
    const { project } = entry.command.args;
    const chain = typeof project === 'string' ? project : '';
    const { id } = entry.command;
    const running = (chains.get(chain) ?? Promise.resolve())
      .then(() => runOne(entry))
      .catch((error: unknown) => deps.onDefect(id, error));
    chains.set(chain, running);
    void running.then(() => chains.get(chain) === running && chains.delete(chain));
  };
  const begin = (entry: JournalEntry) => {
    // By the monotonic clock too: the wall clock may jump.
    deadlines.set(entry.command.id, performance.now() + entry.command.expiresAt - deps.serverNow());
    enqueue(entry);
  };
  const meetAgain = async ({ command: { id }, acknowledged }: JournalEntry, lease: string) => {
    await journal.leased(id, lease);
    if (acknowledged) await journal.acknowledged([id], true);
    if (journal.entry(id)?.outcome !== undefined) deps.onResult();
  };

  return {
    recover: async () => {
      for (const entry of journal.entries()) {
        if (entry.outcome !== undefined) continue;
        const outcome = await recoverOutcome(entry, deps.projects());
        if (outcome === undefined) begin(entry);
        else await settle(entry.command.id, outcome);
      }
    },
    accept: async (commands) => {
      const fresh = commands.filter(
        ({ id }, at) => journal.entry(id) === undefined && commands.findIndex((other) => other.id === id) === at,
      );
      for (const { id, lease } of commands) {
        const known = journal.entry(id);
        if (known !== undefined && known.lease !== lease) await meetAgain(known, lease);
      }
      await journal.received(fresh);
      for (const { id } of fresh) begin(journal.entry(id) as JournalEntry);
    },
    cancel: (ids) => {
      for (const id of ids) if (journal.entry(id)?.outcome === undefined) cancelled.add(id);
    },
    holding: () =>
      [...journal.entries()]
        .filter(({ outcome }) => outcome === undefined)
        .map(({ command: { id }, lease }) => ({ id, lease })),
    results: () =>
      [...journal.entries()].flatMap(({ command: { id }, lease, outcome, acknowledged }) => {
        return outcome === undefined || acknowledged ? [] : [{ id, lease, ...outcome }];
      }),
    acknowledge: (ids) => journal.acknowledged(ids.filter((id) => journal.entry(id)?.outcome !== undefined)),
    idle: async () => {
      while (chains.size > 0) await Promise.all(chains.values());
    },
  };
}

/** Everything that is checked before a command may have an effect, then its handler. */
async function runCommand(entry: JournalEntry, deps: ExecutorDeps, deadline: number): Promise<Outcome> {
  const { command } = entry;
  const kind = commandKind(command.kind);
  if (kind === undefined)
    throw new Problem('kind-unknown', `This bridge does not know "${command.kind.slice(0, 64)}".`);
  const checkExpiry = () => {
    if (deps.serverNow() > command.expiresAt || performance.now() > deadline) throw new Problem('command-expired');
  };
  checkExpiry();
  const args = parseArgs(kind, command.args);
  const project = findProject(deps.projects(), String(command.args.project));
  await checkPolicy(deps, command, kind, args, project);
  if (kind.guard !== 'none' && command.ifRev === undefined) throw new Problem('rev-required');
  const abort = new AbortController();
  const effect = async (step: EffectStep, result: unknown) => {
    abort.signal.throwIfAborted();
    checkExpiry();
    if (deps.serverNow() > command.leasedUntil && !(await deps.renew(command.id)))
      throw new Problem('command-expired', 'The lease of the command was lost.');
    await deps.journal.effect(command.id, step, result);
    abort.signal.throwIfAborted();
  };
  const context = { id: command.id, project, ifRev: command.ifRev, now: new Date(), signal: abort.signal, effect };
  const result = await withTimeout(kind, abort, () => runHandler(command.kind as CommandKindName, args, context));
  return { state: 'done', result };
}

function parseArgs(kind: CommandKind, args: unknown): unknown {
  const parsed = v.safeParse(kind.args, args);
  if (parsed.success) return parsed.output;
  const [issue] = parsed.issues;
  const pointer = `/args${(issue.path ?? []).map(({ key }) => `/${String(key)}`).join('')}`;
  throw new Problem('args-invalid', issue.message, { pointer });
}

/** A signature that is there has to hold, also where none is asked for: whoever has changed the command is up to something. */
async function checkPolicy(
  { policy: read, signatures }: ExecutorDeps,
  command: CommandDelivered,
  { risk }: CommandKind,
  args: unknown,
  project: Project,
): Promise<void> {
  const policy = read();
  const { kind: name, signature } = command;
  const named = policy.projects !== undefined && Object.hasOwn(policy.projects, project.id) ? project.id : project.name;
  const verdict = policyVerdict(policy, { kind: name, risk, project: named });
  if (verdict === 'refuse')
    throw new Problem('policy-refused', `policy.json on the machine refuses ${name} (${risk}).`);
  const isPinned = signatures.pins().some(({ fingerprint }) => fingerprint === signature?.key);
  if (verdict === 'signed' || isPinned)
    await checkSignature({ ...command, args: v.parse(v.record(v.string(), v.unknown()), args) }, signatures);
}

/** What the machine's own log says of a command that has ended. */
function actOf({ command: { id, kind, by, args, signature } }: JournalEntry, { state, problem }: Outcome): Act {
  const strings = ['project', 'spec', 'path'].flatMap((name) => (typeof args[name] === 'string' ? [name] : []));
  const code = v.safeParse(v.object({ code: v.string() }), problem);
  const about = {
    ...Object.fromEntries(strings.map((name) => [name, String(args[name]).slice(0, aboutLengthMax)])),
    command: id,
    kind: kind.slice(0, aboutLengthMax),
    ...(code.success ? { problem: code.output.code.slice(0, aboutLengthMax) } : {}),
    ...(signature === undefined ? {} : { signedBy: signature.key }),
  };
  return { action: 'command-ended', result: state, by: { name: by, via: 'relay' }, about };
}

/** Of what is told of a command, in UTF-16 units. */
const aboutLengthMax = 200;

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
