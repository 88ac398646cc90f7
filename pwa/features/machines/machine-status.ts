/** What may truly be said of a machine now: never "online" on old knowledge. */
import type { Machine } from '#contract/machine.ts';
import type { AppState } from '../../state/app-state.ts';
import { atTime, clock, secondsAgo } from '../../ui/time.ts';

export type Truth = 'online' | 'stale' | 'offline' | 'never';

/** The app heard nothing for this long: what it shows may be old. A keepalive comes every 15 s. */
const staleMs = 40_000;

/** Whether the machine is there, as far as this device knows. */
export function truthOf(state: AppState, machine: Machine): Truth {
  if (machine.status !== 'online') return machine.status;
  const { rung, heardAt } = state.connection;
  return rung === 'offline' || heardAt === undefined || clock() - heardAt > staleMs ? 'stale' : 'online';
}

/** Class of the dot for each. */
export const dots = {
  online: 'dot online',
  stale: 'dot stale',
  offline: 'dot',
  never: 'dot',
} as const satisfies Record<Truth, string>;

const rungs = {
  connecting: 'connecting',
  live: 'live',
  polling: 'polling',
  'short-polling': 'polling slowly',
  offline: 'no connection',
} as const;

/** "online · synced 2 s ago · live". */
export function statusLine(state: AppState, machine: Machine): string {
  const truth = truthOf(state, machine);
  const { heardAt, rung } = state.connection;
  const synced = heardAt === undefined ? 'not synced yet' : `synced ${secondsAgo(heardAt)}`;
  if (truth === 'never') return 'has never connected';
  if (truth === 'offline') return `offline since ${atTime(machine.lastSeenAt ?? machine.statusSince)}`;
  return `${truth === 'online' ? 'online' : 'last known'} · ${synced} · ${rungs[rung]}`;
}
