/** Blobs of the Redis engine: complete ones, pieces of unfinished ones, and their holders. */
import type { Store } from '../store.ts';
import { toBuffer } from './commit.ts';
import type { Layout } from './layout.ts';
import type { RedisLink } from './link.ts';
import { scripts } from './scripts.ts';

type Blobs = Pick<Store, 'blob' | 'whole' | 'addPiece' | 'pieces' | 'dropPieces' | 'holders' | 'dropReleased'>;

/** Prepares the operations on blobs that are not part of a commit. */
export function createBlobs(link: RedisLink, layout: Layout, ttlOf: (shard: string) => string): Blobs {
  return {
    blob: async (shard, rev) => {
      const key = layout.key(shard, 'blobs');
      return ((await link.sendBytes(key, 'HGET', key, rev)) as Buffer | null) ?? undefined;
    },
    whole: async (shard, revs) => {
      const found = (await link.run(scripts.whole, layout.keys(shard), revs)) as number[];
      return new Set(revs.filter((_, index) => found[index] === 1));
    },
    addPiece: async (shard, rev, offset, bytes) => {
      const keys = [...layout.keys(shard), layout.piece(shard, rev)];
      return Number(await link.run(scripts.addPiece, keys, [ttlOf(shard), rev, String(offset), toBuffer(bytes)]));
    },
    pieces: async (shard, rev) => {
      const key = layout.piece(shard, rev);
      return ((await link.sendBytes(key, 'GET', key)) as Buffer | null) ?? Buffer.alloc(0);
    },
    dropPieces: async (shard, rev) => {
      const [key, index] = [layout.piece(shard, rev), layout.key(shard, 'pieces')];
      await link.send(key, 'UNLINK', key);
      await link.send(index, 'ZREM', index, rev);
    },
    holders: async (shard, rev) => {
      const key = layout.key(shard, 'holders');
      const found = await link.send(key, 'ZRANGE', key, `[${rev}\n`, `(${rev}\v`, 'BYLEX');
      return (found as string[]).map((name) => name.slice(rev.length + 1));
    },
    dropReleased: async (shard, ageMs) => {
      const revs = await revsOnTheirWay(link, layout, shard);
      const keys = [...layout.keys(shard), ...revs.map((rev) => layout.piece(shard, rev))];
      await link.run(scripts.dropReleased, keys, [String(ageMs), String(revs.length), ...revs]);
    },
  };
}

/** Blobs that have pieces. */
export async function revsOnTheirWay(link: RedisLink, layout: Layout, shard: string): Promise<readonly string[]> {
  const key = layout.key(shard, 'pieces');
  return (await link.send(key, 'ZRANGE', key, '0', '-1')) as string[];
}
