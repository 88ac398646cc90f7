/// <reference lib="webworker" />
/** The service worker: keeps the shell (the built files) so that the app opens without a network. Everything else, /v1 and its streams above all, goes past it untouched. */
import {
  cleanupOutdatedCaches,
  getCacheKeyForURL,
  matchPrecache,
  type PrecacheEntry,
  precache,
} from 'workbox-precaching';
import { isPage } from './is-page.ts';
import { listenToPush } from './push.ts';

declare const self: ServiceWorkerGlobalScope & { readonly __WB_MANIFEST: PrecacheEntry[] };

precache(self.__WB_MANIFEST);
cleanupOutdatedCaches();

self.addEventListener('fetch', (event) => {
  const { request } = event;
  if (request.method !== 'GET' || new URL(request.url).origin !== self.location.origin) return;
  if (getCacheKeyForURL(request.url) !== undefined) event.respondWith(keptOr(request, request.url));
  else if (request.mode === 'navigate' && isPage(new URL(request.url).pathname))
    event.respondWith(keptOr(request, '/index.html'));
});

listenToPush();

// A newer worker waits until the person lets it take over: never under an edit.
self.addEventListener('message', ({ data }) => {
  if (data?.type === 'take-over') void self.skipWaiting();
});

async function keptOr(request: Request, url: string): Promise<Response> {
  return (await matchPrecache(url)) ?? (await fetch(request));
}
