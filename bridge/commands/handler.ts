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
  /** Says before any effect what the file is and will be (revs; null: no such file); resolves once that is on disk and the lease still holds, throws otherwise. */
  effect(step: {
    readonly path: string;
    readonly before: string | null;
    readonly after: string | null;
    readonly to?: string;
  }): Promise<void>;
}

/** Returns the result; throws a Problem (`conflict` settles as conflict, with `currentRev`; `policy-refused` as refused; any other as failed). */
export type CommandHandler<Kind extends CommandKindName> = (
  args: CommandArgs<Kind>,
  context: CommandContext,
) => Promise<CommandResult<Kind>>;
