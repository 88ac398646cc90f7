/** Chooses the engine by the store's URL. */
import { shownAddress } from '#contract/address-parts.ts';
import { openSqlite } from './sqlite/sqlite.ts';
import { type Store, type StoreOptions, StoreRefused } from './store.ts';

/** Opens the store that a URL names: `sqlite:<path>`, `sqlite::memory:`, or a Redis (`redis/address.ts`). Throws StoreRefused. */
export async function openStore(url: string, options: StoreOptions = {}): Promise<Store> {
  const [, scheme = '', rest] = /^([a-z+]+):(.+)$/.exec(url) ?? [];
  if (scheme === 'sqlite' && rest !== undefined) return openSqlite(rest, options);
  // Its client takes 25 MB, which a relay on SQLite does without.
  if (scheme.startsWith('redis')) return await (await import('./redis/redis.ts')).openRedis(url);
  throw new StoreRefused(`This store is not known: ${shownAddress(url)}. Use sqlite:<path> or redis://<host>.`);
}
