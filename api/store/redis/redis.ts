/** The engine for several processes: Redis 7 or newer, alone, as a cluster, or behind sentinels. The clock is the server's. */
import { randomUUID } from 'node:crypto';
import { limits } from '#contract/limits.ts';
import { machineOfShard } from '../shards.ts';
import type { Store } from '../store.ts';
import { parseRedisUrl } from './address.ts';
import { createBlobs, revsOnTheirWay } from './blobs.ts';
import { createCommit } from './commit.ts';
import { createDues, type Dues } from './dues.ts';
import { createLayout, type Layout } from './layout.ts';
import { openLink, type RedisLink } from './link.ts';
import { createReads } from './reads.ts';
import { scripts } from './scripts.ts';
import { startSignals } from './signals.ts';
import { infoOf, startVitalSigns } from './vital-signs.ts';

/** Opens the store in the Redis that a URL names. Throws StoreRefused. */
export async function openRedis(url: string): Promise<Store> {
  const address = parseRedisUrl(url);
  const layout = createLayout(address.prefix);
  const sender = randomUUID();
  await using stack = new AsyncDisposableStack();
  let onReady = (): void => undefined;
  const link = stack.use(await openLink(address, () => onReady()));
  const signals = stack.use(startSignals(link, layout, sender));
  onReady = signals.wakeAll;
  const signs = stack.use(await startVitalSigns(link, layout, signals.wakeAll));
  const dues = createDues(link, layout, signs.now);
  const commit = createCommit({ link, layout, ttlOf, sender });
  const kept = stack.move();
  return {
    get handle() {
      return signs.handle;
    },
    now: signs.now,
    rehandle: signs.rehandle,
    ...createReads(link, layout),
    ...createBlobs(link, layout, ttlOf),
    ...createUpkeep(link, layout, dues),
    due: dues.due,
    size: async () => (await link.info()).reduce((sum, info) => sum + Number(infoOf(info, 'used_memory')), 0),
    listen: signals.listen,
    commit: async (shard, asked) => {
      const committed = await dues.around(shard, asked, () => commit(shard, asked));
      signals.wakeOwn(shard, asked, committed);
      return committed;
    },
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}

/** The shard of a machine that no longer calls expires; organisations and global data stay. */
function ttlOf(shard: string): string {
  return machineOfShard(shard) === undefined ? '' : String(limits.machineKeptMs);
}

function createUpkeep(link: RedisLink, layout: Layout, dues: Dues): Pick<Store, 'touch' | 'drop'> {
  /** The keys of a shard, including those of its logs and unfinished blobs. */
  const allKeys = async (shard: string) => {
    const logs = (await link.send(layout.key(shard, 'logs'), 'HKEYS', layout.key(shard, 'logs'))) as string[];
    const revs = await revsOnTheirWay(link, layout, shard);
    return [
      ...layout.keys(shard),
      ...logs.map((log) => layout.stream(shard, log)),
      ...revs.map((rev) => layout.piece(shard, rev)),
    ];
  };
  return {
    touch: async (shard) => {
      const ttl = ttlOf(shard);
      if (ttl !== '') await link.run(scripts.touch, await allKeys(shard), [ttl]);
    },
    drop: async (shard) => {
      await link.run(scripts.drop, await allKeys(shard), []);
      await dues.forget(shard);
    },
  };
}
