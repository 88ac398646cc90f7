/** The kinds of feeds: which shard has the log, and who may read it. A new kind of feed is one line here. */
import { Problem } from '#contract/problems.ts';
import { machineShard, organisationShard, personShard } from '../store/shards.ts';
import type { Store } from '../store/store.ts';
import type { FeedCaller } from './relay.ts';
import { MACHINES } from './rows.ts';

interface FeedKind {
  /** The shard of a feed; `id` is what follows the kind's letter and dot. */
  readonly shard: (caller: FeedCaller, id: string) => string;
  /** Throws the Problem for which the caller may not read it. */
  readonly check: (store: Store, caller: FeedCaller, id: string) => Promise<void>;
}

const ownOnly = async (_store: Store, _caller: FeedCaller, id: string): Promise<void> => {
  if (id !== '') throw new Problem('feed-unknown');
};

const feedKinds = {
  o: { shard: ({ organisation }) => organisationShard(organisation), check: ownOnly },
  p: { shard: ({ organisation, person }) => personShard(organisation, person), check: ownOnly },
  m: {
    shard: (_caller, id) => machineShard(id),
    check: async (store, { organisation }, id) => {
      const listed = await store.row(organisationShard(organisation), MACHINES, id);
      if (listed === undefined) throw new Problem('machine-unknown');
    },
  },
} as const satisfies Record<string, FeedKind>;

/** The shard of a feed that the caller may read. Throws `feed-unknown`, `machine-unknown`. */
export async function shardOfFeed(store: Store, caller: FeedCaller, feed: string): Promise<string> {
  const [letter = '', ...rest] = feed.split('.');
  const kind: FeedKind | undefined = Object.hasOwn(feedKinds, letter)
    ? feedKinds[letter as keyof typeof feedKinds]
    : undefined;
  const id = rest.join('.');
  if (kind === undefined) throw new Problem('feed-unknown');
  await kind.check(store, caller, id);
  return kind.shard(caller, id);
}
