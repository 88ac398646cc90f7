/** What a kind of command declares. One file a kind beside this one; the registry is `index.ts`. */
import type * as v from 'valibot';
import { limits } from '../limits.ts';
import type { Risk } from '../machine.ts';

/** What must be unchanged for the command to have an effect: the file (`ifRev` is its rev), the spec's folder (`ifRev` is its folder rev), or nothing. */
export type Guard = 'rev' | 'folder' | 'none';

export interface CommandKind<
  Args extends v.GenericSchema = v.GenericSchema,
  Result extends v.GenericSchema = v.GenericSchema,
> {
  /** What a person calls it, as an imperative: "Set a spec's metadata". */
  readonly title: string;
  /** Two sentences at most: what happens, what is left alone. */
  readonly summary: string;
  readonly args: Args;
  readonly result: Result;
  readonly risk: Risk;
  readonly guard: Guard;
  /** Names of the args (short strings) that events, lists and the audit may show: what it is done to, and never a text. */
  readonly about: readonly string[];
  /** Whether doing it twice is the same as once. */
  readonly repeatable: boolean;
  /** Time it may run, in ms, where `limits.commandRunMs` does not fit. */
  readonly timeoutMs?: number;
  /** Bytes of its args as JSON, where `limits.requestBytesMax` does not fit: a kind that carries a text or lists says so. */
  readonly argsBytesMax?: number;
  /** Whether its settled record is kept for good, as a decision. */
  readonly keep?: true;
  /** A REST path of its own; what it names beside `:machine` becomes args. */
  readonly alias?: { readonly method: 'PUT' | 'POST'; readonly path: string };
}

/** Bytes that the body of such a command may have. */
export function commandBytesMax({ argsBytesMax = limits.requestBytesMax }: Pick<CommandKind, 'argsBytesMax'>): number {
  return argsBytesMax + limits.commandEnvelopeBytesMax;
}

/** Keeps the types of `args` and `result` for those who run and send it, and holds `about` to names of args. */
export function defineKind<Args extends v.GenericSchema, Result extends v.GenericSchema>(
  kind: CommandKind<Args, Result> & { readonly about: readonly (keyof v.InferInput<Args>)[] },
): CommandKind<Args, Result> {
  return kind;
}
