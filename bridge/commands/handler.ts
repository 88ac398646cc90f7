/** What runs one kind on the machine: one file a kind in `kinds/`; the registry is `kinds/index.ts`. */
import type { ArgsOf, CommandKindName, KindName, kinds, QueryKindName, ResultOf } from '#contract/kinds/index.ts';
import type { Project } from '../project.ts';
import type { Effect } from './effects/index.ts';

/** What a handler is given beside its args. Whatever it changes goes through `perform`, so that a crash can tell before from after. */
export interface CommandContext {
  readonly project: Project;
  /** The rev (file or folder) that the sender saw, or `absent`; always there for guarded kinds. */
  readonly ifRev: string | undefined;
  readonly now: Date;
  /** Aborts at the command's timeout. */
  readonly signal: AbortSignal;
  /** Does all effects of the command, in their order, or none; called once, with what the command's result will be. Each is on the disk of the journal before it happens. Throws a Problem where one cannot be done, or lease or expiry hold no more. */
  perform(effects: readonly Effect[], result: unknown): Promise<void>;
}

/** What a handler of a query is given beside its args. `signal` aborts when nobody waits any more. */
export type QueryContext = Pick<CommandContext, 'project' | 'signal'>;

/** A kind about the machine as a whole is given no project. */
type ContextOf<Name extends KindName, Context extends QueryContext> = (typeof kinds)[Name]['scope'] extends 'project'
  ? Context
  : Omit<Context, 'project'>;

/** Returns the result; throws a Problem (`conflict` settles as conflict, with `currentRev`; `policy-refused` as refused; any other as failed). */
export type CommandHandler<Name extends CommandKindName> = (
  args: ArgsOf<Name>,
  context: ContextOf<Name, CommandContext>,
) => Promise<ResultOf<Name>>;

/** Returns the answer; throws a Problem. */
export type QueryHandler<Name extends QueryKindName> = (
  args: ArgsOf<Name>,
  context: ContextOf<Name, QueryContext>,
) => Promise<ResultOf<Name>>;
