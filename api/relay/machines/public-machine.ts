/** A machine as people see it: its row, its counts and whether it is present, as of now. */
import { limits } from '#contract/limits.ts';
import type { Machine } from '#contract/machine.ts';
import { Problem } from '#contract/problems.ts';
import { machineShard } from '../../store/shards.ts';
import type { Store, Ticket } from '../../store/store.ts';
import { PRESENCE, parseSync, RECORD, SYNC, toMachine, tryParseRecord } from '../rows.ts';

/** A machine as people see it now. Throws Problem `machine-unknown`. */
export async function readPublic(store: Store, machine: string): Promise<Machine> {
  const shard = machineShard(machine);
  const [record, sync] = await store.rows(shard, [RECORD, SYNC]);
  // One that cannot be read is none for people.
  const row = tryParseRecord(record, machine);
  if (row === undefined) throw new Problem('machine-unknown');
  const ticket = await store.ticket(shard, PRESENCE);
  return toMachine(row, parseSync(sync).value, ticket !== undefined, lastSeen(ticket) ?? row.lastSeenAt);
}

/** For a `catch`: nothing, where a machine is gone or cannot be read. */
export function unknownIsNothing(error: unknown): undefined {
  if (!(error instanceof Problem && error.code === 'machine-unknown')) throw error;
}

/** When the bridge was last heard of, by its ticket (to within the 20 s above). */
function lastSeen(ticket: Ticket | undefined): number | undefined {
  return ticket === undefined ? undefined : ticket.expiresAt - limits.presenceMs;
}
