/** The machines of an organisation: made, found by id or name, renamed, removed. */
import { randomBytes } from 'node:crypto';
import type { Act, Actor } from '#contract/audit.ts';
import { limits } from '#contract/limits.ts';
import type { Machine } from '#contract/machine.ts';
import { Problem } from '#contract/problems.ts';
import { commitRecorded, withRecord } from '../../audit/log.ts';
import { keepAudit } from '../../audit/retention.ts';
import { joined } from '../../store/joined.ts';
import { decodeAfter, encodeAfter } from '../../store/page.ts';
import { machineShard, organisationShard } from '../../store/shards.ts';
import type { KeyedRow, Store } from '../../store/store.ts';
import { untilDone } from '../../store/until-done.ts';
import { dropChannels } from '../channels/keep-channel.ts';
import { blockOf, deleteItem, putItem } from '../feeds/blocks.ts';
import { upkeepDue } from '../feeds/retention.ts';
import { dropNotices, saidKey, tellNotices } from '../notices.ts';
import type { Machines } from '../relay.ts';
import {
  EVENTS,
  MACHINES,
  type MachineRow,
  POLL,
  PRESENCE,
  RECORD,
  readMachine,
  replace,
  toMachine,
  tryParseRecord,
} from '../rows.ts';
import { awayWords, toAway } from './away.ts';
import { OFFLINE_DUE } from './presence.ts';
import { readPublic, unknownIsNothing } from './public-machine.ts';
import { RIVAL_DUE } from './rival.ts';
import { tellOf, toTell } from './tell.ts';

/** The due id of finishing a removal, in an organisation's shard. */
export const REMOVAL_DUE = 'removal:';
const MACHINES_PER_READ = 500;

/** Builds the people's side of machines. */
export function createMachines(store: Store): Machines {
  const resolve: Machines['resolve'] = (organisation, idOrName) => resolveMachine(store, organisation, idOrName);
  return {
    resolve,
    create: (organisation, name, by) => createMachine(store, organisation, name, by),
    get: async (organisation, idOrName) => readPublic(store, await resolve(organisation, idOrName)),
    list: async (organisation, { limit, after }) => {
      const keys = await store.list(organisationShard(organisation), MACHINES, decodeAfter(after), limit);
      const found = await Promise.all(keys.map(({ key }) => readPublic(store, key).catch(unknownIsNothing)));
      const items = found.filter((machine) => machine !== undefined);
      return keys.length < limit ? { items } : { items, next: encodeAfter(keys.at(-1)?.key) };
    },
    rename: async (organisation, idOrName, name, by) => {
      const machine = await resolve(organisation, idOrName);
      await rename(store, machine, name, by);
      return readPublic(store, machine);
    },
    release: (machine) => release(store, machine),
    remove: async (organisation, idOrName, by) => {
      const machine = await resolve(organisation, idOrName);
      await removeMachine(store, organisation, machine, by);
    },
  };
}

/** The ids of an organisation's machines, in their order. */
export async function listMachineIds(store: Store, organisation: string): Promise<readonly string[]> {
  return (await listMachines(store, organisation)).map(({ key }) => key);
}

/** An organisation's machines by id, in their order, each as it was last told (`tell.ts`). */
export async function listMachines(store: Store, organisation: string): Promise<readonly KeyedRow[]> {
  const rows: KeyedRow[] = [];
  for (;;) {
    const page = await store.list(organisationShard(organisation), MACHINES, rows.at(-1)?.key, MACHINES_PER_READ);
    rows.push(...page);
    if (page.length < MACHINES_PER_READ) return rows;
  }
}

async function resolveMachine(store: Store, organisation: string, idOrName: string): Promise<string> {
  if (await store.row(organisationShard(organisation), MACHINES, idOrName)) return idOrName;
  const ids = await listMachineIds(store, organisation);
  const rows = await Promise.all(ids.map((id) => store.row(machineShard(id), RECORD.table, RECORD.key)));
  const named = ids.filter((id, index) => tryParseRecord(rows[index], id)?.name === idOrName);
  const [id] = named;
  if (id === undefined) throw new Problem('machine-unknown');
  if (named.length > 1) throw new Problem('machine-ambiguous', undefined, { machines: named });
  return id;
}

async function createMachine(store: Store, organisation: string, name: string, by: Actor): Promise<Machine> {
  const id = randomBytes(12).toString('base64url');
  const now = store.now();
  const row: MachineRow = { id, organisation, name, createdAt: now, epoch: 0, online: false, since: now };
  const machine = toMachine(row, { counts: {} }, false);
  const shard = organisationShard(organisation);
  const { machinesMax: limit } = limits;
  if ((await store.count(shard, MACHINES)) >= limit)
    throw new Problem('too-many-kept', `There are ${limit} machines, as many as there may be.`, { limit });
  // The machine first, so that whoever finds it in the organisation's list finds it whole.
  await store.commit(machineShard(id), {
    put: [{ ...RECORD, value: JSON.stringify(row) }],
    due: [upkeepDue(now)],
  });
  const value = JSON.stringify(machine);
  const commit = {
    put: [{ table: MACHINES, key: id, value }],
    append: [...blockOf([putItem('machine', id, now, value)])],
    signal: [EVENTS],
  };
  const act: Act = { action: 'machine-made', result: 'done', by, machine: id, about: { name } };
  await commitRecorded(store, shard, commit, [act]);
  return machine;
}

async function rename(store: Store, machine: string, name: string, by: Actor): Promise<void> {
  const words = await untilDone(store, machineShard(machine), async () => {
    const { record } = await readMachine(store, machine);
    const row = { ...record.value, name };
    const { expect, put } = replace(RECORD, record, row);
    const now = store.now();
    const commit = joined({ expect: [expect], put: [put], due: [toTell(now)] }, toAway(record.value, row, now));
    const about = { from: record.value.name, name };
    const act: Act = { action: 'machine-renamed', result: 'done', by, machine, about };
    const words = awayWords(record.value, row, now);
    return { result: words, commit: await withRecord(store, machineShard(machine), commit, [act]) };
  });
  await tellOf(store, machine);
  await tellNotices(store, machine, words.map(saidKey));
}

async function release(store: Store, machine: string): Promise<void> {
  await untilDone(store, machineShard(machine), async () => {
    const { record } = await readMachine(store, machine);
    const now = store.now();
    const { holder: _, rival: __, ...before } = record.value;
    const row = before.online ? { ...before, online: false, since: now } : before;
    const { expect, put } = replace(RECORD, record, row);
    const tickets = [{ name: PRESENCE, value: null }];
    const due = [...[OFFLINE_DUE, RIVAL_DUE].map((id) => ({ id, at: null })), toTell(now)];
    const commit = { expect: [expect], put: [put], tickets, due, signal: [POLL] };
    return { result: undefined, commit: joined(commit, toAway(record.value, row, now)) };
  });
  await tellOf(store, machine);
}

/** Takes a machine out of the organisation, in one commit, then drops its shard; where that is cut off, the sweep does it. */
export async function removeMachine(store: Store, organisation: string, machine: string, by: Actor): Promise<void> {
  const now = store.now();
  const row = tryParseRecord(await store.row(machineShard(machine), RECORD.table, RECORD.key), machine);
  const commit = {
    delete: [{ table: MACHINES, key: machine }],
    append: [...blockOf([deleteItem('machine', machine, now)])],
    due: [{ id: `${REMOVAL_DUE}${machine}`, at: now + limits.presenceMs }],
    signal: [EVENTS],
  };
  const about = { name: row?.name ?? '' };
  const act: Act = { action: 'machine-removed', result: 'done', by, machine, about };
  await commitRecorded(store, organisationShard(organisation), commit, [act]);
  await finishRemoval(store, organisation, machine);
}

/** What of a removal can be repeated. The machine's audit log moves to the organisation. */
export async function finishRemoval(store: Store, organisation: string, machine: string): Promise<void> {
  await keepAudit(store, organisation, machine);
  await dropChannels(store, machine);
  // Whoever follows its feed looks again, and finds the machine gone.
  await store.commit(machineShard(machine), { restart: [EVENTS], signal: [EVENTS] });
  await store.drop(machineShard(machine));
  await dropNotices(store, organisation, machine);
  await store.commit(organisationShard(organisation), { due: [{ id: `${REMOVAL_DUE}${machine}`, at: null }] });
}
