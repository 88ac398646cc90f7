/** What a kind of command or query declares. Each kind has a file beside this one; the registry is `index.ts`. The core relies only on these declarations. */
import type * as v from 'valibot';
import type { ItemEnded } from '../audit.ts';
import type { CommandSummary } from '../command.ts';
import type { CommandState } from '../command-life.ts';
import type { ProjectCopy } from '../copy.ts';
import type { Document, NoticeSaid } from '../document.ts';
import { limits } from '../limits.ts';
import type { Risk } from '../machine.ts';
import { printable } from '../printable.ts';
import type { Scope } from '../scopes.ts';
import type { Undo } from './undo.ts';

/** What must be unchanged when a command runs: the file or record (`ifRev` is its rev), the spec's folder (`ifRev` is its folder rev), or a state (`ifRev` is the rev that an answer gave for it, or the arg `was` names it). */
export type Guard = 'rev' | 'folder' | 'state';

interface Declared<Args extends v.GenericSchema, Result extends v.GenericSchema> {
  /** Its name for people, as an imperative: "Set a spec's metadata". */
  readonly title: string;
  /** At most two sentences: what it does, and what it leaves unchanged. */
  readonly summary: string;
  readonly args: Args;
  readonly result: Result;
  /** What it is about: the project that the arg `project` names, or the machine as a whole. */
  readonly scope: 'project' | 'machine';
  readonly risk: Risk;
  /** Scope that sending one takes at least, and that knowing of it takes; by default that of its risk for sending, and `read` for knowing. */
  readonly readScope?: Scope;
  /** Names of the args (short strings) that events, lists and the audit may show. They name the target, and never carry a document's text. */
  readonly about: readonly string[];
}

/** A path of its own. Its parameters, except `:machine`, become args, and so do `args`. */
export interface CommandAlias {
  readonly method: 'PUT' | 'POST' | 'DELETE';
  readonly path: string;
  readonly args?: Readonly<Record<string, string>>;
  /** Whether it answers the result of a done command alone, and else 202 with the path of the command. */
  readonly answersResult?: true;
}

/** A kind that changes something. */
export interface CommandKind<
  Args extends v.GenericSchema = v.GenericSchema,
  Result extends v.GenericSchema = v.GenericSchema,
> extends Declared<Args, Result> {
  readonly verb: 'command';
  /** `project`: runs after the other commands of its project; `machine`: while no command of any project runs; `own`: runs in parallel to everything. */
  readonly lane: 'project' | 'machine' | 'own';
  /** A kind with a guard requires `ifRev`; if `state` is among them, the arg `was` may stand in its place (`seen.ts`). */
  readonly guards: readonly Guard[];
  /** The document whose rev `ifRev` is, from what is known of the project away from its machine. Who sends none is told its rev. */
  guarded?(args: v.InferOutput<Args>, copy: ProjectCopy): Promise<Document | undefined>;
  /** Time it may run, in ms; default `limits.commandRunMs`. */
  readonly timeoutMs?: number;
  /** Whether a cancellation also stops it after it has begun. How it ended then is its result. */
  readonly stoppable?: true;
  /** Whether what it begins outlives the bridge: after a restart its handler runs again, whatever expiry and policy say now, and goes on with what is there. */
  readonly outlives?: true;
  /** Where the policy wants it signed, the channel of what it starts is sealed for the device that signs it. So that device needs a sealing key. */
  readonly seals?: true;
  /** Whether the relay's audit has the SHA-256 of what was asked, because the args stay out of it. */
  readonly hashed?: true;
  /** Bytes of its args as JSON; default `limits.requestBytesMax`. For kinds that carry a text or lists. */
  readonly argsBytesMax?: number;
  /** Whether its settled record is never deleted, because it is a decision. */
  readonly keep?: true;
  /** What its sender should hear of such a command as it stands. */
  readonly notice?: (command: CommandSummary, title: string) => Omit<NoticeSaid, 'until'> | undefined;
  /** What takes one back that is done; undefined where nothing can. Absent for kinds of which no command can be taken back. */
  undo?(args: v.InferOutput<Args>, result: v.InferOutput<Result>): Undo | undefined;
  /** How each of the things ended that it does by themselves. The audit enters each of them. */
  itemsEnded?(result: v.InferOutput<Result>): readonly ItemEnded[];
  /** The words of a program that it runs without a shell and with nothing changed about it; undefined for other args. `commands` of policy.json may allow them. */
  argvOf?(args: v.InferOutput<Args>): readonly string[] | undefined;
  /** What the audits of relay and machine say of its result: an exit code. */
  ended?(result: v.InferOutput<Result>): Readonly<Record<string, string>>;
  /** What the machine's own audit says of its args, and nobody else: a command line. */
  ownAudit?(args: v.InferOutput<Args>): Readonly<Record<string, string>>;
  /** Its own REST paths. */
  readonly aliases: readonly CommandAlias[];
}

/** The notice for the sender of a command that was not done. */
export const whenNotDone: NonNullable<CommandKind['notice']> = ({ state, problem }, title) => {
  const known = notDone[state];
  if (known === undefined) return undefined;
  const text = printable(problem?.detail ?? problem?.title ?? known, limits.noticeTextLengthMax);
  return { topic: state === 'conflict' ? 'conflict' : 'failed', title: `Not done: ${title}`, text };
};

const notDone: { readonly [State in CommandState]?: string } = {
  failed: 'It failed on the machine.',
  conflict: 'The file has changed since you read it.',
  refused: 'The policy of the machine refuses it.',
  interrupted: 'It was interrupted midway.',
  unknown: 'The machine has not said what became of it.',
  expired: 'The machine was not back in time.',
};

/** A kind that asks: it changes nothing and is not recorded. */
export interface QueryKind<
  Args extends v.GenericSchema = v.GenericSchema,
  Result extends v.GenericSchema = v.GenericSchema,
> extends Declared<Args, Result> {
  readonly verb: 'query';
  /** Its own REST paths, for GET. Their parameters, except `:machine`, and their query become args. */
  readonly aliases: readonly { readonly method: 'GET'; readonly path: string }[];
  /** Whether an answer only says that there is none yet. Its paths then hold until there is one, or for `timeout` ms. */
  isStillToCome?(result: v.InferOutput<Result>): boolean;
  /** The path of the document that such an answer waits for, as far as it is known: while that stays as it is, nobody looks at the others. */
  waitsFor?(args: v.InferOutput<Args>, copy: ProjectCopy): Promise<string | undefined>;
  /** A path over all projects of all machines, for a kind whose answer has `items`: those of every copy at the relay. Projects without documents of these kinds have none. */
  readonly over?: { readonly path: string; readonly documents: readonly string[] };
  /** The answer from what is known of the project away from its machine, the same as the machine's; undefined where only the machine can tell. Of kinds with the scope `project`. */
  answer?(args: v.InferOutput<Args>, copy: ProjectCopy): Promise<v.InferOutput<Result> | undefined>;
}

export type Kind = CommandKind | QueryKind;

/** Bytes that the body of such a command may have. */
export function commandBytesMax({ argsBytesMax = limits.requestBytesMax }: Pick<CommandKind, 'argsBytesMax'>): number {
  return argsBytesMax + limits.commandEnvelopeBytesMax;
}

type About<Args extends v.GenericSchema> = { readonly about: readonly (keyof v.InferInput<Args>)[] };

/** What a kind says by functions of its own args and result. */
interface Typed<Args extends v.GenericSchema, Result extends v.GenericSchema> {
  readonly args: Args;
  readonly result: Result;
}
type CommandFunctions = 'guarded' | 'undo' | 'itemsEnded' | 'argvOf' | 'ended' | 'ownAudit';
type Undoing<Args extends v.GenericSchema, Result extends v.GenericSchema> = Typed<Args, Result> &
  Pick<CommandKind<Args, Result>, CommandFunctions>;
type Answering<Args extends v.GenericSchema, Result extends v.GenericSchema> = Typed<Args, Result> &
  Pick<QueryKind<Args, Result>, 'answer' | 'isStillToCome' | 'waitsFor'>;

/** Keeps the types of `args` and `result` for those who run and send it and for `undo`, and holds `about` to names of args. */
export function defineCommand<
  Args extends v.GenericSchema,
  Result extends v.GenericSchema,
  const Given extends Omit<CommandKind, 'verb' | 'args' | 'result' | CommandFunctions>,
>(kind: Given & About<Args> & Undoing<Args, Result>): Given & Undoing<Args, Result> & Pick<CommandKind, 'verb'> {
  return { ...kind, verb: 'command' };
}

/** The same for a query, and for its `answer`. */
export function defineQuery<
  Args extends v.GenericSchema,
  Result extends v.GenericSchema,
  const Given extends Omit<QueryKind, 'verb' | 'args' | 'result' | 'answer' | 'isStillToCome' | 'waitsFor'>,
>(kind: Given & About<Args> & Answering<Args, Result>): Given & Answering<Args, Result> & Pick<QueryKind, 'verb'> {
  return { ...kind, verb: 'query' };
}
