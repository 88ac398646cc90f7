/** What a relay holds, counted for its metrics. It costs some reads a machine, whatever documents and events it has, and reads the commands that are not settled. */
import type { MachineStatus } from '#contract/machine.ts';
import type { Organisations } from './identity/organisations.ts';
import { ASKED } from './relay/commands/command-tables.ts';
import { countLive, type LiveNumbers } from './relay/commands/list-commands.ts';
import { listMachines } from './relay/machines/machines.ts';
import { toldIn } from './relay/machines/tell.ts';
import { EVENTS } from './relay/rows.ts';
import { machineShard, organisationShard } from './store/shards.ts';
import type { Store } from './store/store.ts';

export interface Census {
  readonly organisations: number;
  /** Number of machines by their status. */
  readonly machines: ReadonlyMap<MachineStatus, number>;
  readonly documents: number;
  /** Number of commands that are queued, of those with their machine, and of those whose outcome only their machine can still say. */
  readonly commands: LiveNumbers & { readonly unknown: number };
  /** The feeds of organisations and machines that have events: how many there are, and the most events and the oldest one (its age in ms) of one. */
  readonly feeds: { readonly count: number; readonly entriesMax: number; readonly ageMsMax: number };
  readonly storeBytes: number;
}

/** Machines that are looked at side by side. */
const AT_ONCE = 50;

interface Counted extends LiveNumbers {
  readonly documents: number;
  readonly unknown: number;
  readonly feed: Feed;
}

interface Feed {
  readonly entries: number;
  readonly ageMs: number;
}

/** Counts all machines as they were last told, their commands and their feeds. */
export async function takeCensus(store: Store, { ids }: Pick<Organisations, 'ids'>): Promise<Census> {
  const organisations = await ids();
  const machines = new Map<MachineStatus, number>([
    ['online', 0],
    ['offline', 0],
  ]);
  const counted: Counted[] = [];
  const feeds: Feed[] = [];
  for (const organisation of organisations) {
    feeds.push(await feedIn(store, organisationShard(organisation)));
    const told = (await listMachines(store, organisation)).flatMap((row) => toldIn(row) ?? []);
    for (const { status } of told) machines.set(status, (machines.get(status) ?? 0) + 1);
    for (let start = 0; start < told.length; start += AT_ONCE)
      counted.push(...(await Promise.all(told.slice(start, start + AT_ONCE).map((one) => countMachine(store, one)))));
  }
  const sum = (numberIn: (one: Counted) => number) => counted.reduce((total, one) => total + numberIn(one), 0);
  const used = [...feeds, ...counted.map(({ feed }) => feed)].filter(({ entries }) => entries > 0);
  return {
    organisations: organisations.length,
    machines,
    documents: sum(({ documents }) => documents),
    commands: {
      queued: sum(({ queued }) => queued),
      delivered: sum(({ delivered }) => delivered),
      unknown: sum(({ unknown }) => unknown),
    },
    feeds: {
      count: used.length,
      entriesMax: used.reduce((most, { entries }) => Math.max(most, entries), 0),
      ageMsMax: used.reduce((most, { ageMs }) => Math.max(most, ageMs), 0),
    },
    storeBytes: await store.size(),
  };
}

async function countMachine(
  store: Store,
  { id, projects }: { readonly id: string; readonly projects: readonly { readonly documents: number }[] },
): Promise<Counted> {
  const shard = machineShard(id);
  const [live, unknown, feed] = await Promise.all([
    countLive(store, id),
    store.count(shard, ASKED),
    feedIn(store, shard),
  ]);
  return { documents: projects.reduce((sum, { documents }) => sum + documents, 0), ...live, unknown, feed };
}

async function feedIn(store: Store, shard: string): Promise<Feed> {
  const { first, last } = await store.log(shard, EVENTS);
  const [oldest] = last < first ? [] : (await store.entries(shard, EVENTS, first - 1, 1)).entries;
  return { entries: last - first + 1, ageMs: oldest === undefined ? 0 : Math.max(0, store.now() - oldest.at) };
}
