/** Where the person is, in the URL's fragment. The machine is remembered. */
import { createMemo, createSignal } from 'solid-js';
import { hrefTo, parseRoute, type Route } from './route.ts';

const storageKey = 'sallyport.machine';

const [hash, setHash] = createSignal(location.hash);
addEventListener('hashchange', () => setHash(location.hash));

function remembered(): string | undefined {
  try {
    return localStorage.getItem(storageKey) ?? undefined;
  } catch {
    return undefined;
  }
}

/** The present route; reading it subscribes. Call below a root of Solid. */
export function createRoute(isPlace: (name: string) => boolean): () => Route {
  // What the app was opened with has been taken out of the address since this module was loaded.
  setHash(location.hash);
  return createMemo(() => {
    const route = parseRoute(hash(), remembered(), isPlace);
    try {
      if (route.machine !== undefined) localStorage.setItem(storageKey, route.machine);
    } catch {
      // A browser that keeps nothing forgets the machine at the next visit.
    }
    return route;
  });
}

/** Goes to a route; `replace` leaves no step to go back to. */
export function navigate(route: Partial<Route>, { replace = false } = {}): void {
  const href = hrefTo(route);
  if (replace) history.replaceState(null, '', href);
  else location.hash = href;
  setHash(href);
}
