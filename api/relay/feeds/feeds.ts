/** Feeds for people: opened by name and offset, and all items of one. */
import * as v from 'valibot';
import { FeedOffset } from '#contract/feed.ts';
import { machineOfFeed, organisationFeed, personFeed, recordOfFeed } from '#contract/feed-name.ts';
import { limits } from '#contract/limits.ts';
import { afterInvalid, decodeAfter, encodeAfter } from '../../store/page.ts';
import { machineShard, organisationShard, personShard } from '../../store/shards.ts';
import type { KeyedRow, Store } from '../../store/store.ts';
import { listMachines } from '../machines/machines.ts';
import { readPublic, unknownIsNothing } from '../machines/public-machine.ts';
import { isTold } from '../machines/tell.ts';
import { noticeItems } from '../notices.ts';
import type {
  Commands,
  Documents,
  FeedCaller,
  Feeds,
  Machines,
  Page,
  PageRequest,
  Records,
  Serialised,
} from '../relay.ts';
import { EVENTS } from '../rows.ts';
import { itemText } from './blocks.ts';
import type { FeedKinds } from './feed-kinds.ts';
import { formatOffset, positionAt, tagOf } from './offset.ts';
import { createPumps } from './pump.ts';
import { openSubscription } from './subscription.ts';

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
    snapshot: async (caller, feed, page) => {
      // Before all items, so that what changes while they are read is told again.
      const end = await now(caller, feed);
      const { offset, ...behind } = page?.after === undefined ? { offset: end } : readPlace(page.after);
      const read = async (wanted: PageRequest): Promise<Page<Serialised>> => {
        const more = await kinds.items(store, caller, feed);
        return more === undefined ? await itemsOf(store, sources, { caller, feed }, wanted) : { items: more };
      };
      const { items, next } =
        page === undefined ? { items: await readAll(read) } : await read({ limit: page.limit, ...behind });
      const follow = next === undefined ? {} : { next: encodeAfter(`${offset}\n${decodeAfter(next)}`) };
      return { handle: store.handle, feed, offset, items, ...follow };
    },
  };
}

async function readAll(read: (page: PageRequest) => Promise<Page<Serialised>>): Promise<readonly Serialised[]> {
  const limit = limits.snapshotDocumentsMax;
  const first = await read({ limit });
  const items = [...first.items];
  for (let after = first.next; after !== undefined; ) {
    const page = await read({ limit, after });
    for (const item of page.items) items.push(item);
    after = page.next;
  }
  return items;
}

/** Where the items of feeds come from. */
export interface Sources {
  readonly machines: Machines;
  readonly documents: Documents;
  readonly commands: Commands;
  readonly records: Records;
}

/** Where a later page goes on: the offset of the first one, and where its documents ended. Throws Problem `parameter-invalid`. */
function readPlace(after: string): { readonly offset: string; readonly after: string } {
  const [offset = '', ...rest] = decodeAfter(after)?.split('\n') ?? [];
  if (!v.is(FeedOffset, offset)) throw afterInvalid();
  return { offset, after: encodeAfter(rest.join('\n')) };
}

async function itemsOf(
  store: Store,
  { machines, documents, commands, records }: Sources,
  { caller, feed }: { readonly caller: FeedCaller; readonly feed: string },
  page: PageRequest,
): Promise<Page<Serialised>> {
  const { organisation, person } = caller;
  if (feed === organisationFeed) {
    const listed = await listMachines(store, organisation);
    const told = (await Promise.all(listed.map((row) => machineItem(store, row)))).flat();
    const shared = await records.items(organisationShard(organisation), caller);
    return { items: [...told, ...shared, ...(await noticeItems(store, caller))] };
  }
  // What a channel has is its entries: whoever follows it from the start gets them.
  if (recordOfFeed(feed) !== undefined) return { items: [] };
  if (feed === personFeed) return { items: await records.items(personShard(organisation, person), caller) };
  const machine = await machines.get(organisation, machineOfFeed(feed) ?? '');
  const { items, next } = await documents.items(machine, page);
  if (next !== undefined) return { items, next };
  const recent = await commands.list(caller, machine.id, { limit: limits.commandsRememberedMax });
  const sent = recent.items.map((command) => itemText('command', command.id, JSON.stringify(command)));
  const own = await records.items(machineShard(machine.id), caller);
  return { items: [...items, ...sent, ...own] };
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
