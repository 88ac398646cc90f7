/** A command: a person's wish, as people see it. Its states are in `command-life.ts`. */
import * as v from 'valibot';
import { AnyObject } from './any-object.ts';
import { commandStates, settledStates } from './command-life.ts';
import { CommandSignature } from './device-key.ts';
import { Id, Rev } from './document.ts';
import { limits } from './limits.ts';

export const CommandState = v.picklist(commandStates);
export const SettledState = v.picklist(settledStates);

/** Why a command was not done: a problem, with `currentRev` on a conflict. */
export const CommandProblem = v.looseObject({
  code: v.string(),
  title: v.string(),
  detail: v.optional(v.string()),
  hint: v.optional(v.string()),
  /** On a conflict: the current rev of the file; absent if the file is gone. */
  currentRev: v.optional(Rev),
});
export type CommandProblem = v.InferOutput<typeof CommandProblem>;

/** Who sent it, with their name. */
export const Author = v.strictObject({ person: Id, name: v.string(), via: v.picklist(['session', 'key']) });
export type Author = v.InferOutput<typeof Author>;

/** A state that the command reached, and when (ISO 8601). */
export const Receipt = v.strictObject({ state: CommandState, at: v.string() });

/** A command in events: everything except its args. A done command has its result if that is small (`commandResultToldBytesMax`). */
export const CommandSummary = v.strictObject({
  id: Id,
  machine: Id,
  kind: v.string(),
  /** The args that its kind's `about` lists, such as `project` and `spec`. */
  about: v.record(v.string(), v.string()),
  ifRev: v.optional(v.string()),
  state: CommandState,
  by: Author,
  createdAt: v.string(),
  expiresAt: v.string(),
  cancelAsked: v.optional(v.literal(true)),
  receipts: v.array(Receipt),
  problem: v.optional(CommandProblem),
  result: v.optional(v.unknown()),
});
export type CommandSummary = v.InferOutput<typeof CommandSummary>;

/** A command's record: what `GET /v1/machines/:machine/commands/:id` answers. */
export const CommandRecord = v.strictObject({
  ...CommandSummary.entries,
  args: v.record(v.string(), v.unknown()),
});
export type CommandRecord = v.InferOutput<typeof CommandRecord>;

/** The rev that the sender saw; `absent` means that the file must not exist yet. */
export const IfRev = v.union([v.literal('absent'), Rev]);

/** The body of `POST /v1/machines/:machine/commands`. */
export const CommandRequest = v.strictObject({
  /** The same id with the same content is the same command. */
  id: v.optional(Id),
  kind: v.pipe(v.string(), v.maxLength(64)),
  args: AnyObject,
  ifRev: v.optional(IfRev),
  /** `refuse` (the default): 409 `machine-unavailable` while the machine is offline. */
  whenOffline: v.optional(v.picklist(['refuse', 'queue'])),
  expiresInSeconds: v.optional(
    v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(limits.commandExpiryMsMax / 1000)),
  ),
  signature: v.optional(CommandSignature),
});
export type CommandRequest = v.InferOutput<typeof CommandRequest>;
