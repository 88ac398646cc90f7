/** What may truly be said of a machine now: never "online" on old knowledge, and never the relay's clock for the machine's. */
import type { Machine } from '#contract/machine.ts';
import type { UploadNow } from '#contract/uploading.ts';
import type { AppState } from '../state/app-state.ts';
import { atTime, clock, secondsAgo } from '../ui/time.ts';

export type Truth = 'online' | 'quiet' | 'stale' | 'offline' | 'never';

/** The app heard nothing of the relay for this long: what it shows may be old. A keepalive comes every 15 s. */
const staleMs = 40_000;
/** A machine that is there is heard within this time: its bridge holds a request for at most 25 s. */
const quietMs = 60_000;

/** When the machine was heard last, in ms since 1970 by this device's clock; undefined if that is not known. */
export function heardOf(state: AppState, machine: Machine): number | undefined {
  return state.heard[machine.id];
}

/** Whether the machine is there, as far as this device knows. `quiet`: the relay is heard, and the machine has not been for a while. */
export function truthOf(state: AppState, machine: Machine): Truth {
  if (machine.status !== 'online') return machine.status;
  const { rung, heardAt } = state.connection;
  if (rung === 'offline' || heardAt === undefined || clock() - heardAt > staleMs) return 'stale';
  const heard = heardOf(state, machine);
  return heard !== undefined && clock() - heard > quietMs ? 'quiet' : 'online';
}

/** Whether there is something to say about how true the screen is. */
export function hasCaveat(state: AppState, machine: Machine | undefined): boolean {
  const isWhole = machine === undefined || truthOf(state, machine) === 'online' || truthOf(state, machine) === 'quiet';
  return !isWhole || state.connection.rung === 'offline' || (state.replica === 'memory' && state.restored);
}

/** Class of the dot for each. */
export const dots = {
  online: 'dot online',
  quiet: 'dot stale',
  stale: 'dot stale',
  offline: 'dot',
  never: 'dot',
} as const satisfies Record<Truth, string>;

/** How far a machine's upload is that takes a while; undefined where none is under way. A bridge of before says no total: then all changes count as new documents. */
export function uploadOf({ uploading, projects }: Machine): UploadNow | undefined {
  if (uploading === undefined) return undefined;
  const { of = uploading.left + projects.reduce((sum, { documents }) => sum + documents, 0) } = uploading;
  return { ...uploading, there: Math.max(0, of - uploading.left) };
}

/** How the relay is heard, in words. */
export const rungs = {
  connecting: 'connecting',
  live: 'live',
  polling: 'polling',
  'short-polling': 'polling slowly',
  offline: 'no connection',
} as const;

/** "live · heard 2 s ago": of the machine. */
export function heardLine(state: AppState, machine: Machine): string {
  const heard = heardOf(state, machine);
  const since = heard === undefined ? '' : ` · heard ${secondsAgo(heard)}`;
  switch (truthOf(state, machine)) {
    case 'never':
      return 'has never connected';
    case 'offline':
      return `offline since ${atTime(machine.lastSeenAt ?? machine.statusSince)}`;
    case 'stale':
      return `last known · ${relayLine(state)}`;
    case 'quiet':
      return `silent${since}`;
    case 'online':
      return `${rungs[state.connection.rung]}${since}${uploadWords(machine)}`;
  }
}

/** " · 45 % uploaded", while much is on its way to the relay. */
function uploadWords(machine: Machine): string {
  const now = uploadOf(machine);
  return now === undefined ? '' : ` · ${Math.floor((100 * now.there) / (now.there + now.left))} % uploaded`;
}

/** "relay heard 2 s ago". */
export function relayLine({ connection: { heardAt } }: AppState): string {
  return heardAt === undefined ? 'relay not heard yet' : `relay heard ${secondsAgo(heardAt)}`;
}

/** "2 of 3 machines online · live · relay heard 2 s ago". */
export function machinesLine(state: AppState, machines: readonly Machine[]): string {
  const online = machines.filter((machine) => truthOf(state, machine) === 'online').length;
  const count = machines.length === 1 ? `${online} of 1 machine` : `${online} of ${machines.length} machines`;
  return `${count} online · ${rungs[state.connection.rung]} · ${relayLine(state)}`;
}

/** "online · live · heard 2 s ago". */
export function statusLine(state: AppState, machine: Machine): string {
  const line = heardLine(state, machine);
  return truthOf(state, machine) === 'online' ? `online · ${line}` : line;
}
