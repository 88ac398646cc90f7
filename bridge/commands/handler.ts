/** What runs one kind of command on the machine: one file a kind beside this one; the registry is `index.ts`. */
import type { CommandArgs, CommandKindName, CommandResult } from '#contract/commands/index.ts';
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

/** What an effect changes: a file at `path` from one rev to another (null: no such file), or a folder that moves from `path` `to` elsewhere. After a crash the disk tells which side of it the machine is on. */
export interface EffectStep {
  /** Id of the project. */
  readonly project: string;
  readonly path: string;
  readonly before: string | null;
  readonly after: string | null;
  readonly to?: string;
}

/** Returns the result; throws a Problem (`conflict` settles as conflict, with `currentRev`; `policy-refused` as refused; any other as failed). */
export type CommandHandler<Kind extends CommandKindName> = (
  args: CommandArgs<Kind>,
  context: CommandContext,
) => Promise<CommandResult<Kind>>;
