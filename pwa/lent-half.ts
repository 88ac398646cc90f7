/** The half of a session (`session-half.ts`), as the service worker finds it: workers cannot read the storage that pages keep it in. */
import { sessionHalf } from './session-half.ts';

const cacheName = 'sallyport-session';
const address = '/session-half';

/** Puts the half of the session of now where the worker finds it; over https there is none. */
export async function lendHalf(): Promise<void> {
  const cache = await caches.open(cacheName);
  await cache.put(address, new Response(JSON.stringify(sessionHalf())));
}

/** Takes it back. */
export async function takeHalfBack(): Promise<void> {
  await caches.delete(cacheName);
}

/** The headers that the worker sends with the cookie. */
export async function lentHalf(): Promise<Record<string, string>> {
  const kept = await caches.match(address, { cacheName });
  return kept === undefined ? {} : await kept.json();
}
