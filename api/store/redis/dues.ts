/**
 * Due tasks of all shards. A shard's commits write its own times. Which shards to check is in a sorted set
 * of the whole store, which a commit of a shard cannot write in a cluster. It is written before the commit, so that a process that
 * dies in between causes only a needless check, and again after it, in case another process has checked in between.
 */
import type { Commit, Due, Store } from '../store.ts';
import type { Layout } from './layout.ts';
import type { RedisLink } from './link.ts';
import { pairs } from './reads.ts';
import { scripts } from './scripts.ts';

export interface Dues {
  readonly due: Store['due'];
  /** Commits, and marks the shard as one to check. */
  around<Result>(shard: string, commit: Commit, make: () => Promise<Result>): Promise<Result>;
  forget(shard: string): Promise<void>;
}

/** Prepares dues; `now` by the store's clock in ms. */
export function createDues(link: RedisLink, layout: Layout, now: () => number): Dues {
  const index = layout.dueShards;
  const tell = (shard: string, at: number) => link.send(index, 'ZADD', index, 'LT', String(at), shard);
  return {
    around: async (shard, { due = [] }, make) => {
      const times = due.flatMap(({ at }) => (at === null ? [] : [Math.ceil(at)]));
      if (times.length === 0) return await make();
      const earliest = Math.min(...times);
      const before = tell(shard, earliest);
      if (!link.isOrdered) await before;
      const result = make();
      if (!link.isOrdered) await result;
      const [made] = await Promise.all([result, before, tell(shard, earliest)]);
      return made;
    },
    due: async (limit) => {
      for (;;) {
        const shards = pairs(
          (await link.send(
            index,
            'ZRANGE',
            index,
            '-inf',
            String(now()),
            'BYSCORE',
            'LIMIT',
            '0',
            String(limit),
            'WITHSCORES',
          )) as string[],
        );
        const looks = await Promise.all(shards.map(([shard, seen]) => look(link, layout, shard, seen, limit)));
        const found = looks.flat();
        if (found.length > 0 || shards.length < limit) return found.sort((a, b) => a.at - b.at).slice(0, limit);
      }
    },
    forget: async (shard) => {
      await link.send(index, 'ZREM', index, shard);
    },
  };
}

/** Due tasks of a shard. If there are none, the shard is checked again only when one may be due. */
async function look(link: RedisLink, layout: Layout, shard: string, seen: string, limit: number): Promise<Due[]> {
  const [earliest = '', ...found] = (await link.run(scripts.due, layout.keys(shard), [String(limit)])) as string[];
  if (found.length === 0) await link.run(scripts.raise, [layout.dueShards], [shard, seen, earliest]);
  return pairs(found).map(([id, at]) => ({ shard, id, at: Number(at) }));
}
