/** What is done because its time has come: offline, expiry, lost leases, upkeep of logs, bodies and old records, unfinished removals. */
import { setTimeout as delay } from 'node:timers/promises';
import { limits } from '#contract/limits.ts';
import {
  isPersonShard,
  machineOfShard,
  machineShard,
  organisationOfShard,
  organisationShard,
} from '../store/shards.ts';
import type { Due, Store } from '../store/store.ts';
import { untilDone } from '../store/until-done.ts';
import { trimAudit } from './audit.ts';
import { nextLapse, relayActor } from './command-row.ts';
import { parseCommand, readLapsed } from './command-store.ts';
import { belongings, COMMAND_DUE, COMMANDS } from './command-tables.ts';
import { finishRemoval, REMOVAL_DUE, removeMachine, UPKEEP_DUE, UPKEEP_EVERY_MS } from './machines.ts';
import { LAPSE_NOTICE_DUE, lapseNotice, TELL_NOTICE_DUE, tellNotices } from './notices.ts';
import type { Presence } from './presence.ts';
import type { RelayDeps } from './relay.ts';
import { lapseRival, RIVAL_DUE } from './rival.ts';
import { EVENTS, type MachineRow, PRESENCE, RECORD } from './rows.ts';
import { account } from './shares.ts';
import { TELL_DUE, tellDue } from './tell.ts';
import { forgetOldUploads } from './uploads.ts';

const SWEEP_EVERY_MS = 1000;
const DUE_PER_SWEEP = 100;
/** What failed is tried again after this time, so that it does not stand before the others. */
const POSTPONE_MS = 60_000;

/** Sweeps until `signal` aborts. */
export async function runDue(deps: RelayDeps, presence: Presence, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const done = await sweep(deps, presence).catch((cause: unknown) => {
      deps.log?.('the sweep failed', cause);
      return 0;
    });
    const pauseMs = done === DUE_PER_SWEEP ? 1 : SWEEP_EVERY_MS;
    await delay(pauseMs, undefined, { signal, ref: false }).catch(() => undefined);
  }
}

/** Does what is due now, at most 100 of it; resolves to how much it was. */
export async function sweep({ store, log }: RelayDeps, presence: Presence): Promise<number> {
  const dues = await store.due(DUE_PER_SWEEP);
  for (const due of dues) {
    try {
      await act(store, presence, due);
    } catch (cause) {
      log?.(`what was due failed: ${due.shard} ${due.id}`, cause);
      await store.commit(due.shard, { due: [{ id: due.id, at: store.now() + POSTPONE_MS }] });
    }
  }
  return dues.length;
}

async function act(store: Store, presence: Presence, due: Due): Promise<void> {
  const organisation = organisationOfShard(due.shard);
  if (organisation !== undefined && due.id.startsWith(REMOVAL_DUE)) {
    return finishRemoval(store, organisation, due.id.slice(REMOVAL_DUE.length));
  }
  if (organisation !== undefined && due.id.startsWith(LAPSE_NOTICE_DUE))
    return lapseNotice(store, due.shard, due.id.slice(LAPSE_NOTICE_DUE.length));
  if (isPersonShard(due.shard) && due.id === UPKEEP_DUE) return upkeepOfPerson(store, due.shard);
  const machine = machineOfShard(due.shard);
  const record = machine === undefined ? undefined : await store.row(due.shard, RECORD.table, RECORD.key);
  if (machine === undefined || record === undefined) return forget(store, due);
  if (due.id === 'offline') return presence.lapse(machine, due.at);
  if (due.id === RIVAL_DUE) return lapseRival(store, machine);
  if (due.id === TELL_DUE) return tellDue(store, machine);
  if (due.id.startsWith(TELL_NOTICE_DUE)) return tellNotices(store, machine, [due.id.slice(TELL_NOTICE_DUE.length)]);
  if (due.id === UPKEEP_DUE) return upkeep(store, JSON.parse(record.value));
  if (due.id.startsWith(COMMAND_DUE)) return lapseCommand(store, JSON.parse(record.value), due);
  return forget(store, due);
}

/** Of a machine that is gone, or of another release. */
async function forget(store: Store, { shard, id }: Due): Promise<void> {
  await store.commit(shard, { due: [{ id, at: null }] });
}

async function upkeep(store: Store, { id, organisation, lastSeenAt, createdAt }: MachineRow): Promise<void> {
  const shard = machineShard(id);
  const now = store.now();
  const isPresent = (await store.ticket(shard, PRESENCE)) !== undefined;
  if (!isPresent && now - (lastSeenAt ?? createdAt) > limits.machineKeptMs) {
    return removeMachine(store, organisation, id, relayActor);
  }
  for (const each of [shard, organisationShard(organisation)]) {
    await store.trim(each, EVENTS, limits.logEntriesMax, limits.logAgeMsMax);
    await trimAudit(store, each);
  }
  await forgetOldUploads(store, id);
  await store.dropReleased(shard, limits.blobKeptMs);
  await store.touch(shard);
  await store.commit(shard, { due: [{ id: UPKEEP_DUE, at: now + UPKEEP_EVERY_MS }] });
}

async function upkeepOfPerson(store: Store, shard: string): Promise<void> {
  await store.trim(shard, EVENTS, limits.logEntriesMax, limits.logAgeMsMax);
  await store.commit(shard, { due: [{ id: UPKEEP_DUE, at: store.now() + UPKEEP_EVERY_MS }] });
}

/** Lets time do its work on a command; a settled one whose time is over is forgotten with all that belongs to it. */
async function lapseCommand(store: Store, { id: machine }: MachineRow, due: Due): Promise<void> {
  const id = due.id.slice(COMMAND_DUE.length);
  const row = await readLapsed(store, machine, id);
  const at = row && nextLapse(row);
  if (row !== undefined && (at === null || at === undefined || at > store.now()))
    return moveDue(store, due, at ?? null);
  await untilDone(store, due.shard, async () => {
    const found = await store.row(due.shard, COMMANDS, id);
    const gone = { due: [{ id: due.id, at: null }] };
    if (found === undefined) return { result: undefined, commit: gone };
    const before = parseCommand(found);
    const { parts } = await account(store, due.shard, [{ before: before.value }]);
    const commit = {
      expect: [{ row: { table: COMMANDS, key: id }, version: before.version }, ...parts.expect],
      put: parts.put,
      delete: [...parts.delete, ...belongings(id, before.value.listKey)],
      due: [...parts.due, ...gone.due],
    };
    return { result: undefined, commit };
  });
}

/** Only where the command has not changed since: each change sets the due itself. */
async function moveDue(store: Store, due: Due, at: number | null): Promise<void> {
  const name = { table: COMMANDS, key: due.id.slice(COMMAND_DUE.length) };
  const found = await store.row(due.shard, name.table, name.key);
  if (found === undefined || nextLapse(parseCommand(found).value) !== at) return;
  await store.commit(due.shard, { expect: [{ row: name, version: found.version }], due: [{ id: due.id, at }] });
}
