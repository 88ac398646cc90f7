/** A command: a wish with a life. The one table of its states, and its record as people see it. */
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

/** What a bridge can settle a command as. */
export const settledStates = ['done', 'failed', 'conflict', 'refused', 'interrupted', 'cancelled'] as const;
export const SettledState = v.picklist(settledStates);
export type SettledState = v.InferOutput<typeof SettledState>;

/**
 * What can happen to a command. `cancel` is a person's wish, `settle-cancelled` the bridge's word that it had not started;
 * `lose` a lease that ended with leases left, `lose-last` without; `expire` before the bridge can have begun it, `expire-leased` after;
 * `return` the bridge's word that it never had it, `forget` that it does not know any more.
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

/** States × events, total. A state that an event does not move stays; a late result replaces `unknown`, and so does the word that it was never begun; nothing else leaves a final state. */
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

/** Whether nothing but a late result can change it any more. */
export function isSettled(state: CommandState): boolean {
  return state !== 'queued' && state !== 'delivered';
}

/** Why a command did not do what was wished: a problem, with `currentRev` on a conflict. */
export const CommandProblem = v.looseObject({
  code: v.string(),
  title: v.string(),
  detail: v.optional(v.string()),
  hint: v.optional(v.string()),
  /** On a conflict: the rev of the file now; absent where it is gone. */
  currentRev: v.optional(Rev),
});
export type CommandProblem = v.InferOutput<typeof CommandProblem>;

/** Who sent it, by what they are called. */
export const Author = v.strictObject({ person: Id, name: v.string(), via: v.picklist(['session', 'key']) });
export type Author = v.InferOutput<typeof Author>;

/** A state that it came into, and when (ISO 8601). */
export const Receipt = v.strictObject({ state: CommandState, at: v.string() });

/** What travels in events: everything but the args; of a command that is done, its result where that is small (`commandResultToldBytesMax`). */
export const CommandSummary = v.strictObject({
  id: Id,
  machine: Id,
  kind: v.string(),
  /** The args that say what it is about, where it has them: `project`, `spec`, `path`. */
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

/** The rev that the sender saw; `absent` says that there must be no such file yet. */
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
