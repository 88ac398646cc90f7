/** A command: a person's wish, from queued to settled. The table of its states, and its record as people see it. */
import * as v from 'valibot';
import { CommandSignature } from './device-key.ts';
import { Id, Rev } from './document.ts';
import { limits } from './limits.ts';

export const commandStates = [
  'queued',
  'delivered',
  'done',
  'failed',
  'conflict',
  'refused',
  'interrupted',
  'unknown',
  'cancelled',
  'expired',
] as const;
export const CommandState = v.picklist(commandStates);
export type CommandState = v.InferOutput<typeof CommandState>;

/** The states that a bridge can settle a command with. */
export const settledStates = ['done', 'failed', 'conflict', 'refused', 'interrupted', 'cancelled'] as const;
export const SettledState = v.picklist(settledStates);
export type SettledState = v.InferOutput<typeof SettledState>;

/**
 * Events of a command. `cancel`: a person cancels it. `settle-cancelled`: the bridge confirms that it had not started.
 * `lose`: its lease ended, and another is possible; `lose-last`: the last lease ended. `expire`: before the bridge can have begun it; `expire-leased`: after that.
 * `return`: the bridge says that it never had the command. `forget`: the bridge can no longer know.
 */
export type CommandEvent =
  | 'lease'
  | 'return'
  | 'forget'
  | 'lose'
  | 'lose-last'
  | 'expire'
  | 'expire-leased'
  | 'cancel'
  | `settle-${SettledState}`;

type Row = Readonly<Record<CommandEvent, CommandState>>;

const settles = {
  'settle-done': 'done',
  'settle-failed': 'failed',
  'settle-conflict': 'conflict',
  'settle-refused': 'refused',
  'settle-interrupted': 'interrupted',
  'settle-cancelled': 'cancelled',
} as const;

function unmoved<State extends CommandState>(state: State): Row {
  return {
    lease: state,
    return: state,
    forget: state,
    lose: state,
    'lose-last': state,
    expire: state,
    'expire-leased': state,
    cancel: state,
    'settle-done': state,
    'settle-failed': state,
    'settle-conflict': state,
    'settle-refused': state,
    'settle-interrupted': state,
    'settle-cancelled': state,
  };
}

/** The next state for each state and event. Final states never change, except `unknown`: a late result replaces it, or the proof that the command was never begun. */
export const commandLife: Readonly<Record<CommandState, Row>> = {
  queued: {
    ...unmoved('queued'),
    ...settles,
    lease: 'delivered',
    forget: 'unknown',
    cancel: 'cancelled',
    expire: 'expired',
    'expire-leased': 'unknown',
  },
  delivered: {
    ...unmoved('delivered'),
    ...settles,
    return: 'queued',
    forget: 'unknown',
    lose: 'queued',
    'lose-last': 'unknown',
    'expire-leased': 'unknown',
  },
  unknown: { ...unmoved('unknown'), ...settles, expire: 'expired' },
  done: unmoved('done'),
  failed: unmoved('failed'),
  conflict: unmoved('conflict'),
  refused: unmoved('refused'),
  interrupted: unmoved('interrupted'),
  cancelled: unmoved('cancelled'),
  expired: unmoved('expired'),
};

/** Whether the command has ended. Only a late result can still change it. */
export function isSettled(state: CommandState): boolean {
  return state !== 'queued' && state !== 'delivered';
}

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
  args: v.record(v.string(), v.unknown()),
  ifRev: v.optional(IfRev),
  /** `refuse` (the default): 409 `machine-unavailable` while the machine is offline. */
  whenOffline: v.optional(v.picklist(['refuse', 'queue'])),
  expiresInSeconds: v.optional(
    v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(limits.commandExpiryMsMax / 1000)),
  ),
  signature: v.optional(CommandSignature),
});
export type CommandRequest = v.InferOutput<typeof CommandRequest>;
