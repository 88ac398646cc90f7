/** Feeds for people: opened by name and offset, and all items of one. */
import { machineOfFeed, organisationFeed, personFeed } from '#contract/feed-name.ts';
import { limits } from '#contract/limits.ts';
import { machineShard, organisationShard, personShard } from '../store/shards.ts';
import type { KeyedRow, Store } from '../store/store.ts';
import { itemText } from './blocks.ts';
import type { FeedKinds } from './feed-kinds.ts';
import { listMachines } from './machines.ts';
import { noticeItems } from './notices.ts';
import { formatOffset, positionAt, tagOf } from './offset.ts';
import { readPublic, unknownIsNothing } from './public-machine.ts';
import { createPumps } from './pump.ts';
import type { Commands, Documents, FeedCaller, Feeds, Machines, Records, Serialised } from './relay.ts';
import { EVENTS } from './rows.ts';
import { openSubscription } from './subscription.ts';
import { isTold } from './tell.ts';

/** Builds feeds over a store. */
export function createFeeds(store: Store, kinds: FeedKinds, sources: Sources): Feeds {
  const pumps = createPumps(store);
  const now: Feeds['now'] = async (caller, feed) => {
    const state = await store.log(await kinds.shardOf(store, caller, feed), EVENTS);
    return formatOffset(positionAt(tagOf(store.handle, state), state.last));
  };
  return {
    open: async (caller, wanted, { all = false, handle } = {}) => {
      // Offsets of another store mean nothing, whatever they say.
      const isForeign = handle !== undefined && handle !== store.handle;
      const feeds = [...wanted].map(([feed, offset]) => [feed, isForeign ? foreign : offset] as const);
      return await openSubscription({ store, kinds, pumps, caller, all }, feeds);
    },
    check: async (caller, feed) => void (await kinds.shardOf(store, caller, feed)),
    now,
    snapshot: async (caller, feed) => {
      // First, so that what changes while the items are read is told again.
      const offset = await now(caller, feed);
      const items = (await kinds.items(store, caller, feed)) ?? (await itemsOf(store, sources, caller, feed));
      return { handle: store.handle, feed, offset, items };
    },
  };
}

/** Where the items of feeds come from. */
export interface Sources {
  readonly machines: Machines;
  readonly documents: Documents;
  readonly commands: Commands;
  readonly records: Records;
}

async function itemsOf(
  store: Store,
  { machines, documents, commands, records }: Sources,
  caller: FeedCaller,
  feed: string,
): Promise<readonly Serialised[]> {
  const { organisation, person } = caller;
  if (feed === organisationFeed) {
    const listed = await listMachines(store, organisation);
    const told = (await Promise.all(listed.map((row) => machineItem(store, row)))).flat();
    const shared = await records.items(organisationShard(organisation), caller);
    return [...told, ...shared, ...(await noticeItems(store, caller))];
  }
  if (feed === personFeed) return await records.items(personShard(organisation, person), caller);
  const machine = await machines.get(organisation, machineOfFeed(feed) ?? '');
  const recent = await commands.list(organisation, machine.id, { limit: limits.commandsRememberedMax });
  const sent = recent.items.map((command) => itemText('command', command.id, JSON.stringify(command)));
  const own = await records.items(machineShard(machine.id), caller);
  return [...(await documents.items(machine)), ...sent, ...own];
}

/** A machine as it was last told, or as it is where that cannot be read: the first edition kept no more than its id. Nothing for one that is gone. */
async function machineItem(store: Store, row: KeyedRow): Promise<readonly Serialised[]> {
  const { key, value } = row;
  if (isTold(row)) return [itemText('machine', key, value)];
  const now = await readPublic(store, key).catch(unknownIsNothing);
  return now === undefined ? [] : [itemText('machine', key, JSON.stringify(now))];
}

/** An offset that no log has. */
const foreign = 'foreign.1';
