/** Ending commands: what they did is taken into the index, their outcome into the journal, what they came to into the machine's own audit log. */
import * as v from 'valibot';
import type { Act } from '#contract/audit.ts';
import type { CommandDelivered } from '#contract/bridge.ts';
import { commandKind } from '#contract/kinds/index.ts';
import { endedAs, itemsEnded } from '#contract/kinds/items-ended.ts';
import { printable } from '#contract/printable.ts';
import { Problem } from '#contract/problems.ts';
import type { Sessions } from '../sessions/sessions.ts';
import type { Touched } from './effects/index.ts';
import type { Journal } from './journal.ts';
import type { Outcome } from './journal-lines.ts';
import { type OpenCommand, touchedBy } from './journal-state.ts';
import { aboutOf } from './judge.ts';
import { outcomeOf, problemOf } from './outcome.ts';

export interface SettlingDeps {
  readonly journal: Journal;
  /** Enters what a command came to in the machine's own audit log, sooner or later; false where too much waits for it. */
  readonly record: (act: Act) => Promise<boolean>;
  /** Knows what was started where the command does not say it. */
  readonly sessions: Pick<Sessions, 'argvOf'>;
  /** Takes what a command did into the index at once, before its outcome is told. */
  readonly takeIn: (touched: Touched) => Promise<void>;
  /** Hears how a command has ended, before the relay does. */
  readonly onSettled?: (command: CommandDelivered, outcome: Outcome) => void;
  /** Hears that there is something in `results()`. */
  readonly onResult: () => void;
  /** Hears of what is a defect of the bridge. */
  readonly onDefect: (id: string, error: unknown) => void;
}

export interface Settling {
  settle(id: string, outcome: Outcome): Promise<void>;
  /** The outcome of a command that ended with an error. */
  failed(id: string, error: unknown): Outcome;
  /** Looks again where a command had begun to change something. */
  takeIn(command: OpenCommand): Promise<void>;
  /** Enters what an earlier life of the bridge had not entered. */
  enterLeft(): void;
  /** Resolves when what can be written to the audit log is. */
  idle(): Promise<void>;
}

export function createSettling(deps: SettlingDeps): Settling {
  const { journal } = deps;
  const entering = new Set<Promise<void>>();
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
  const takeIn = async ({ begun }: OpenCommand) => {
    for (const touched of touchedBy(begun)) await deps.takeIn(touched);
  };
  return {
    takeIn,
    settle: async (id, found) => {
      const was = journal.open(id);
      if (was === undefined) return;
      await takeIn(was);
      const fits = was.isOnDisk || journal.hasRoomFor(found);
      const outcome = fits ? found : outcomeOf(new Problem('no-space', 'Too many results wait to be sent.'));
      deps.onSettled?.(was.command, outcome);
      const act = actOf(was.command, outcome, deps.sessions);
      await journal.settled(id, outcome, act);
      deps.onResult();
      enter(id, act, was.isOnDisk);
    },
    failed: (id, error) => outcomeOf(problemOf(error, (defect) => deps.onDefect(id, defect))),
    enterLeft: () => {
      for (const { id, act, isOnDisk } of journal.unentered()) if (act !== undefined) enter(id, act, isOnDisk);
    },
    idle: async () => {
      await Promise.all(entering);
    },
  };
}

/** What the machine's own log says of a command that has ended. */
function actOf(
  command: CommandDelivered,
  { state, problem, result }: Outcome,
  { argvOf }: SettlingDeps['sessions'],
): Act {
  const { id, kind, by, signature } = command;
  const signed = signature === undefined ? {} : { signedBy: signature.key };
  const ended = endedAs(kind, result);
  const argv = ended.record === undefined ? undefined : argvOf(ended.record);
  const about = {
    ...aboutOf(command, problem),
    command: id,
    ...signed,
    ...(argv === undefined ? {} : { argv: printable(JSON.stringify(argv), ownAuditLengthMax) }),
    // What was asked for says all of it.
    ...ownAuditOf(command),
    ...ended,
  };
  return { action: 'command-ended', result: state, by: { name: by, via: 'relay' }, about, ...itemsEnded(kind, result) };
}

/** The longest command line in an entry, in UTF-16 units. */
const ownAuditLengthMax = 4000;

function ownAuditOf({ kind: name, args }: CommandDelivered): Readonly<Record<string, string>> {
  const kind = commandKind(name);
  if (kind?.ownAudit === undefined) return {};
  const parsed = v.safeParse(kind.args, args);
  if (!parsed.success) return {};
  const said = Object.entries(kind.ownAudit(parsed.output));
  return Object.fromEntries(said.map(([field, text]) => [field, printable(text, ownAuditLengthMax)]));
}
