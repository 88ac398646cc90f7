/** Keeps the current route in the URL's fragment, remembers the machine and the place, and gives each step of the history its own scroll place. */
import { createMemo, createSignal } from 'solid-js';
import { hrefTo, parseRoute, type Route } from './route.ts';

const machineKey = 'sallyport.machine';
const placeKey = 'sallyport.place';

/** How the current address was reached. */
export type Arrival = 'opened' | 'forward' | 'back';

/** A step of the history: `id` names it, `depth` counts the steps of this app before it. */
interface Step {
  readonly id: number;
  readonly depth: number;
}

const [hash, setHash] = createSignal(location.hash);
const [arrival, setArrival] = createSignal<{ readonly step: Step; readonly by: Arrival }>(
  { step: stepOf(history.state) ?? adopt(0), by: 'opened' },
  { equals: false },
);

/** The current step of the history and how it was reached; changes once for each navigation, not for a changed filter. */
export const arrived = arrival;

history.scrollRestoration = 'manual';
addEventListener('hashchange', () => {
  const known = stepOf(history.state);
  setHash(location.hash);
  setArrival(
    known === undefined ? { step: adopt(arrival().step.depth + 1), by: 'forward' } : { step: known, by: 'back' },
  );
});

function stepOf(state: unknown): Step | undefined {
  const { step } = (state ?? {}) as { step?: Step };
  return typeof step?.id === 'number' && typeof step.depth === 'number' ? step : undefined;
}

/** Makes the current entry of the browser's history a step of the app. */
function adopt(depth: number): Step {
  const step = { id: Date.now() + Math.random(), depth };
  history.replaceState({ step }, '', location.href);
  return step;
}

/** The current route; reading it subscribes. Call it below a Solid root. */
export function createRoute(isPlace: (name: string) => boolean): () => Route {
  // The token that the app was opened with has been removed from the address since this module was loaded, and the step with it.
  if (stepOf(history.state) === undefined) history.replaceState({ step: arrival().step }, '', location.href);
  setHash(location.hash);
  return createMemo(() => {
    const route = parseRoute(hash(), remembered(machineKey), isPlace);
    if (route.machine !== undefined) remember(machineKey, route.machine);
    return route;
  });
}

/** Whether the address names no place: the app may choose one. */
export function isAtStart(): boolean {
  return /^#?\/?$/.test(location.hash);
}

/** The fragment of the place that the person used last. */
export function lastPlace(): string | undefined {
  return remembered(placeKey);
}

/** Notes the fragment of a place, for the next time that the app is opened. */
export function rememberPlace(fragment: string): void {
  remember(placeKey, fragment);
}

/** Goes to a route; `replace` leaves no step to go back to. */
export function navigate(route: Partial<Route>, { replace = false } = {}): void {
  goTo(hrefTo(route), { replace });
}

/** Goes to a fragment. */
export function goTo(fragment: string, { replace = false } = {}): void {
  if (replace) history.replaceState(history.state, '', fragment);
  else {
    history.pushState(null, '', fragment);
    setArrival({ step: adopt(arrival().step.depth + 1), by: 'forward' });
  }
  setHash(fragment);
}

/** Goes back to where the person came from; where they came from outside, to `otherwise`. */
export function goBack(otherwise: Partial<Route>): void {
  if (arrival().step.depth > 0) history.back();
  else navigate(otherwise, { replace: true });
}

function remembered(key: string): string | undefined {
  try {
    return localStorage.getItem(key) ?? undefined;
  } catch {
    return undefined;
  }
}

function remember(key: string, value: string): void {
  try {
    localStorage.setItem(key, value);
  } catch {
    // Without storage, it is forgotten at the next visit.
  }
}
