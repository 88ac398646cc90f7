/** What runs one kind on the machine: one file a kind in `kinds/`; the registry is `kinds/index.ts`. */
import type { ArgsOf, CommandKindName, KindName, kinds, QueryKindName, ResultOf } from '#contract/kinds/index.ts';
import type { Project } from '../project.ts';

/** What a handler is given beside its args. Whatever it changes goes through `effect`, so that a crash can tell before from after. */
export interface CommandContext {
  readonly id: string;
  readonly project: Project;
  /** The rev (file or folder) that the sender saw, or `absent`; always there for guarded kinds. */
  readonly ifRev: string | undefined;
  readonly now: Date;
  /** Aborts at the command's timeout. */
  readonly signal: AbortSignal;
  /** Says before an effect what it changes and what the command's result will be; resolves once that is on the disk and lease and expiry still hold, throws otherwise. */
  effect(step: EffectStep, result: unknown): Promise<void>;
}

/** What a handler of a query is given beside its args. `signal` aborts when nobody waits any more. */
export type QueryContext = Pick<CommandContext, 'project' | 'signal'>;

/** What an effect changes: a file at `path` from one rev to another (null: no such file), or a folder that moves from `path` `to` elsewhere. After a crash the disk tells which side of it the machine is on. */
export interface EffectStep {
  /** Id of the project. */
  readonly project: string;
  readonly path: string;
  readonly before: string | null;
  readonly after: string | null;
  readonly to?: string;
}

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
