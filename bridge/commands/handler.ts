/** The handler of a kind on the machine. Each kind has a file in `kinds/`; the registry is `kinds/index.ts`. */
import type { ArgsOf, CommandKindName, KindName, kinds, QueryKindName, ResultOf } from '#contract/kinds/index.ts';
import type { Policy } from '#contract/machine.ts';
import type { Asker } from '#contract/query.ts';
import type { RecordTold } from '#contract/record.ts';
import type { Left } from '../approvals/ledger.ts';
import type { Examine } from '../doctor/examiner.ts';
import type { SealingKeys } from '../keys/sealing-keys.ts';
import type { ToolHome } from '../projects/homes.ts';
import type { Project } from '../projects/project.ts';
import type { WatchList } from '../projects/watch-list.ts';
import type { Workspace } from '../projects/workspaces.ts';
import type { Sessions } from '../sessions/sessions.ts';
import type { Effect } from './effects/index.ts';
import type { Placed } from './effects/perform.ts';
import type { Ended } from './effects/perform-each.ts';
import type { Signer } from './signatures.ts';

/** What the handler of every command gets. */
interface Command {
  /** Of the command: the same when it runs again after a crash, so that it takes up what it has left. */
  readonly id: string;
  /** The rev (of the file, folder or state) that the sender saw, or `absent`; always present for guarded kinds. */
  readonly ifRev: string | undefined;
  /** Whether a pinned device has signed it. */
  readonly isSigned: boolean;
  /** That device. */
  readonly signer: Signer | undefined;
  /** The policy wants it signed, so the channel of what it starts is sealed. */
  readonly isSealed: boolean;
  readonly now: Date;
  /** Aborts at the command's timeout, and when it is cancelled and its kind is stoppable. */
  readonly signal: AbortSignal;
}

/** The context of a handler. All changes must go through `perform`, so that recovery after a crash knows whether they happened. */
export interface CommandContext extends Command {
  readonly project: Project;
  /** Where agents work on the project, its own folder first. */
  workspaces(): Promise<readonly Workspace[]>;
  /** What the last decision on the approval at a path left, if a command made it. */
  decided(path: string): Left | undefined;
  /** Does all effects of the command, in order, or none. Called once, with the command's result. Each effect is in the journal on disk before it happens. Throws a Problem if one cannot be done, or if the lease or the command has expired. */
  perform(effects: readonly Effect[], result: unknown): Promise<void>;
  /**
   * The same for effects that do not depend on each other: each is made when those before it have ended, and fails alone. Says of each how it ended.
   * After a crash the command runs again, and what was done of it stays: a handler reads nothing but its args before this.
   */
  performEach<Result>(
    makers: readonly (() => Promise<{ readonly effect: Effect; readonly result: Result }>)[],
  ): Promise<readonly Ended<Result>[]>;
}

/** The machine, for a kind that concerns it as a whole. */
export interface Machine {
  readonly projects: readonly Project[];
  /** The homes of the tools that have run here. */
  readonly homes: readonly ToolHome[];
  /** Which projects it watches. Changes of it are no effects: each can be made twice. */
  readonly watchList: WatchList;
  /** A handler that touches a project asks it too: the owner may refuse a kind there. */
  readonly policy: Policy;
  /** Terminals and runs. */
  readonly sessions: Sessions;
  /** The sealing keys of pinned devices. */
  readonly sealingKeys: SealingKeys;
}

/** The context of such a kind: the same, with a place for each effect. */
export interface MachineContext extends Command, Machine {
  /** The name of the person who sent it. */
  readonly by: string;
  /** Of a kind that `outlives`: whether an earlier life of the bridge has begun it. Then the handler only goes on with what is there. */
  readonly isStarted: boolean;
  /** Of such a kind, before it begins anything: notes that on the disk. Throws a Problem if the lease or the command has expired. */
  start(): Promise<void>;
  perform(effects: readonly Placed[], result: unknown): Promise<void>;
}

/** What the handler of every query gets. `signal` aborts when nobody waits any longer. */
interface Query extends Pick<Machine, 'watchList'>, Pick<Command, 'signal'> {
  /** Who asks, as the relay says. */
  readonly by: Asker;
}

/** `records`: what this machine tells of its projects beside their files. */
export type QueryContext = Query & Pick<CommandContext, 'project'> & { readonly records: readonly RecordTold[] };
export type MachineQueryContext = Query &
  Machine &
  Pick<MachineContext, 'now'> & {
    /** What the doctor finds here. */
    readonly examine: Examine;
  };

type ContextOf<Name extends KindName, InProject, OnMachine> = (typeof kinds)[Name]['scope'] extends 'project'
  ? InProject
  : OnMachine;

/** Returns the result. Throws a Problem: `conflict` (with `currentRev`) settles the command as conflict, `policy-refused` as refused, any other as failed. */
export type CommandHandler<Name extends CommandKindName> = (
  args: ArgsOf<Name>,
  context: ContextOf<Name, CommandContext, MachineContext>,
) => Promise<ResultOf<Name>>;

/** Returns the answer. Throws a Problem. */
export type QueryHandler<Name extends QueryKindName> = (
  args: ArgsOf<Name>,
  context: ContextOf<Name, QueryContext, MachineQueryContext>,
) => Promise<ResultOf<Name>>;
