/** Keeps the current route in the URL's fragment, and remembers the machine. */
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

/** The current route; reading it subscribes. Call it below a Solid root. */
export function createRoute(isPlace: (name: string) => boolean): () => Route {
  // The token that the app was opened with has been removed from the address since this module was loaded.
  setHash(location.hash);
  return createMemo(() => {
    const route = parseRoute(hash(), remembered(), isPlace);
    try {
      if (route.machine !== undefined) localStorage.setItem(storageKey, route.machine);
    } catch {
      // Without storage, the machine is forgotten at the next visit.
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
