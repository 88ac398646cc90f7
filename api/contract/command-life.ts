/** The life of a command, from queued to settled: the table of its states. Free of schemas, which the app's first screen does without. */

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
export type CommandState = (typeof commandStates)[number];

/** The states that a bridge can settle a command with. */
export const settledStates = ['done', 'failed', 'conflict', 'refused', 'interrupted', 'cancelled'] as const;
export type SettledState = (typeof settledStates)[number];

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
