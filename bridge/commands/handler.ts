/** The handler of a kind on the machine. Each kind has a file in `kinds/`; the registry is `kinds/index.ts`. */
import type { ArgsOf, CommandKindName, KindName, kinds, QueryKindName, ResultOf } from '#contract/kinds/index.ts';
import type { Project } from '../project.ts';
import type { Effect } from './effects/index.ts';

/** The context of a handler. All changes must go through `perform`, so that recovery after a crash knows whether they happened. */
export interface CommandContext {
  readonly project: Project;
  /** The rev (of the file or folder) that the sender saw, or `absent`; always present for guarded kinds. */
  readonly ifRev: string | undefined;
  readonly now: Date;
  /** Aborts at the command's timeout. */
  readonly signal: AbortSignal;
  /** Does all effects of the command, in order, or none. Called once, with the command's result. Each effect is in the journal on disk before it happens. Throws a Problem if one cannot be done, or if the lease or the command has expired. */
  perform(effects: readonly Effect[], result: unknown): Promise<void>;
}

/** The context of a query's handler. `signal` aborts when nobody waits any longer. */
export type QueryContext = Pick<CommandContext, 'project' | 'signal'>;

/** A kind with the scope `machine` gets no project. */
type ContextOf<Name extends KindName, Context extends QueryContext> = (typeof kinds)[Name]['scope'] extends 'project'
  ? Context
  : Omit<Context, 'project'>;

/** Returns the result. Throws a Problem: `conflict` (with `currentRev`) settles the command as conflict, `policy-refused` as refused, any other as failed. */
export type CommandHandler<Name extends CommandKindName> = (
  args: ArgsOf<Name>,
  context: ContextOf<Name, CommandContext>,
) => Promise<ResultOf<Name>>;

/** Returns the answer. Throws a Problem. */
export type QueryHandler<Name extends QueryKindName> = (
  args: ArgsOf<Name>,
  context: ContextOf<Name, QueryContext>,
) => Promise<ResultOf<Name>>;
