/** A machine as people see it: its row, its counts and whether it is present, as of now. */
import { limits } from '#contract/limits.ts';
import type { Machine } from '#contract/machine.ts';
import { Problem } from '#contract/problems.ts';
import { machineShard } from '../store/shards.ts';
import type { Store, Ticket } from '../store/store.ts';
import { emptySync, type MachineRow, PRESENCE, parseRow, RECORD, SYNC, toMachine } from './rows.ts';

/** A machine as people see it now. Throws Problem `machine-unknown`. */
export async function readPublic(store: Store, machine: string): Promise<Machine> {
  const shard = machineShard(machine);
  const [record, sync] = await store.rows(shard, [RECORD, SYNC]);
  if (record === undefined) throw new Problem('machine-unknown');
  const ticket = await store.ticket(shard, PRESENCE);
  const row: MachineRow = JSON.parse(record.value);
  return toMachine(
    row,
    parseRow(sync, emptySync).value.counts,
    ticket !== undefined,
    lastSeen(ticket) ?? row.lastSeenAt,
  );
}

/** When the bridge was last heard of, by its ticket (to within the 20 s above). */
function lastSeen(ticket: Ticket | undefined): number | undefined {
  return ticket === undefined ? undefined : ticket.expiresAt - limits.presenceMs;
}
