/** Whether a machine is there: a ticket that its bridge's calls renew, and the events of coming and going. */
import { limits } from '#contract/limits.ts';
import { joined } from '../../store/joined.ts';
import { machineShard } from '../../store/shards.ts';
import type { Store } from '../../store/store.ts';
import type { Versioned } from '../../store/tables.ts';
import { untilDone } from '../../store/until-done.ts';
import { saidKey, tellNotices } from '../notices.ts';
import { checkEpoch, type MachineRow, PRESENCE, RECORD, readMachine, replace } from '../rows.ts';
import { awayWords, toAway } from './away.ts';
import { tellOf, toTell } from './tell.ts';

/** The due id of a machine that has not been heard of. */
export const OFFLINE_DUE = 'offline';

/** A call within this time of the last renewal does not write another. */
const RENEW_AFTER_MS = 20_000;

export interface Presence {
  /** Notes a call of the machine's bridge; one that had gone offline is online again. Writes at most every 20 s. */
  heard(machine: string): Promise<void>;
  isOnline(machine: string): Promise<boolean>;
  /** The bridge of this epoch says that it goes. */
  leave(machine: string, epoch: number): Promise<void>;
  /** What is due: offline where the ticket has run out, else due again when it does. `at` is when it was due. */
  lapse(machine: string, at: number): Promise<void>;
}

/** The parts of a commit that make a machine present. */
export function presentFor(nowMs: number) {
  return {
    ticket: { name: PRESENCE, value: '1', ttlMs: limits.presenceMs },
    due: { id: OFFLINE_DUE, at: nowMs + limits.presenceMs },
  };
}

/** Watches over presence; what it remembers of renewals is only to write less. */
export function createPresence(store: Store): Presence {
  const renewedAt = new Map<string, number>();
  return {
    heard: async (machine) => {
      const now = store.now();
      // Either way: a clock that was set back must not keep a machine from being renewed.
      if (Math.abs(now - (renewedAt.get(machine) ?? 0)) < RENEW_AFTER_MS) return;
      const ticket = await store.ticket(machineShard(machine), PRESENCE);
      if (ticket === undefined) await goOnline(store, machine);
      else await store.commit(machineShard(machine), { tickets: [presentFor(now).ticket] });
      renewedAt.set(machine, now);
    },
    isOnline: async (machine) => (await store.ticket(machineShard(machine), PRESENCE)) !== undefined,
    leave: async (machine, epoch) => {
      renewedAt.delete(machine);
      await goOffline(store, machine, epoch);
    },
    lapse: async (machine, at) => {
      renewedAt.delete(machine);
      await lapse(store, machine, at);
    },
  };
}

async function goOnline(store: Store, machine: string): Promise<void> {
  const words = await untilDone(store, machineShard(machine), async () => {
    const { record } = await readMachine(store, machine);
    const now = store.now();
    const { ticket, due } = presentFor(now);
    const { left: _, ...there } = record.value;
    const row: MachineRow = { ...there, online: true, since: now, lastSeenAt: now };
    const { expect, put } = replace(RECORD, record, row);
    const commit = { expect: [expect], put: [put], tickets: [ticket], due: [due, toTell(now)] };
    return { result: awayWords(record.value, row, now), commit: joined(commit, toAway(record.value, row, now)) };
  });
  await tellOf(store, machine);
  await tellNotices(store, machine, words.map(saidKey));
}

async function goOffline(store: Store, machine: string, epoch: number): Promise<void> {
  await untilDone(store, machineShard(machine), async () => {
    const { record } = await readMachine(store, machine);
    checkEpoch(epoch, record.value);
    const now = store.now();
    const commit = departure(record, now, { now, left: true });
    return { result: undefined, commit: { ...commit, tickets: [{ name: PRESENCE, value: null }] } };
  });
  await tellOf(store, machine);
}

async function lapse(store: Store, machine: string, at: number): Promise<void> {
  const shard = machineShard(machine);
  await untilDone(store, shard, async () => {
    const ticket = await store.ticket(shard, PRESENCE);
    if (ticket !== undefined) {
      return { result: undefined, commit: { due: [{ id: OFFLINE_DUE, at: ticket.expiresAt }] } };
    }
    const { record } = await readMachine(store, machine);
    const commit = departure(record, at - limits.presenceMs, { now: store.now() });
    const silent = { ticket: PRESENCE, value: null };
    return { result: undefined, commit: joined(commit, { expect: [silent] }) };
  });
  await tellOf(store, machine);
}

/** The commit by which a machine goes offline; only the first one tells people. */
function departure(
  record: Versioned<MachineRow>,
  lastSeenAt: number,
  { now, ...how }: { readonly now: number; readonly left?: true },
) {
  const row: MachineRow = { ...record.value, online: false, since: now, lastSeenAt, ...how };
  const { expect, put } = replace(RECORD, record, row);
  const due = [{ id: OFFLINE_DUE, at: null }];
  if (!record.value.online) return { expect: [expect], due };
  return joined({ expect: [expect], due: [...due, toTell(now)], put: [put] }, toAway(record.value, row, now));
}
