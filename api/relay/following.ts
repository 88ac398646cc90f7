/** The logs that one reader follows: the organisation's first, then those of its machines, also of machines made later. */
import type { LogState, Store } from '../store/store.ts';
import { listMachineIds } from './machines.ts';
import type { Reader } from './relay.ts';
import { machineShard, organisationShard } from './rows.ts';
import type { Tail, Tails } from './tail.ts';

export interface Following extends Disposable {
  /** By shard, in the order of reading. */
  readonly tails: ReadonlyMap<string, Tail>;
  /** The shards whose logs may have more than was read; who has read one takes it out. */
  readonly unread: Set<string>;
  /** Brings `tails` up to the machines that the reader may see now. */
  refresh(): Promise<void>;
}

/** The machines of an organisation, read again only when its log has moved: one read for all streams. */
export type Members = (organisation: string, state: LogState) => Promise<readonly string[]>;

/** Builds the shared list of members. */
export function createMembers(store: Store): Members {
  const known = new Map<string, { readonly at: string; readonly ids: Promise<readonly string[]> }>();
  return (organisation, { generation, last }) => {
    const at = `${store.handle} ${generation} ${last}`;
    const found = known.get(organisation);
    if (found?.at === at) return found.ids;
    const ids = listMachineIds(store, organisation);
    known.set(organisation, { at, ids });
    ids.catch(() => known.delete(organisation));
    return ids;
  };
}

/** Follows for a reader; `wake` is called when there may be more to read. */
export function followFor(tails: Tails, members: Members, reader: Reader, wake: () => void): Following {
  const followed = new Map<string, Tail>();
  const unread = new Set<string>();
  let listed: readonly string[] | undefined;
  let isEnded = false;
  const follow = (shard: string): Tail => {
    unread.add(shard);
    return tails.follow(shard, () => {
      unread.add(shard);
      wake();
    });
  };
  const home = organisationShard(reader.organisation);
  const organisation = follow(home);
  followed.set(home, organisation);
  return {
    tails: followed,
    unread,
    refresh: async () => {
      const ids = await members(reader.organisation, await organisation.state());
      if (ids === listed || isEnded) return;
      listed = ids;
      const visible = reader.machines === undefined ? ids : ids.filter((id) => reader.machines?.includes(id));
      const shards = new Set([home, ...visible.map(machineShard)]);
      for (const [shard, tail] of followed) {
        if (shards.has(shard)) continue;
        tail[Symbol.dispose]();
        followed.delete(shard);
        unread.delete(shard);
      }
      for (const shard of shards) if (!followed.has(shard)) followed.set(shard, follow(shard));
    },
    [Symbol.dispose]: () => {
      isEnded = true;
      for (const tail of followed.values()) tail[Symbol.dispose]();
    },
  };
}
