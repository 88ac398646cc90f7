/** Which engine a store's URL means. */
import { openSqlite } from './sqlite.ts';
import { type Store, type StoreOptions, StoreRefused } from './store.ts';

/** Opens the store that a URL names: `sqlite:<path>` or `sqlite::memory:`. Throws StoreRefused. */
export async function openStore(url: string, options: StoreOptions = {}): Promise<Store> {
  const [, scheme, rest] = /^([a-z]+):(.+)$/.exec(url) ?? [];
  if (scheme === 'sqlite' && rest !== undefined) return openSqlite(rest, options);
  throw new StoreRefused(`This store is not known: ${url}. Use sqlite:<path>.`);
}
