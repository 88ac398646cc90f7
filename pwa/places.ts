/** The places of all features: what the frame shows, and where its navigation leads. */
import { features } from './features/index.ts';
import type { Entry, Place } from './features/place.ts';
import type { Route } from './route.ts';

const places: readonly Place[] = features.flatMap((feature) => feature.places ?? []);
const byName = new Map(places.map((place) => [place.name, place]));

/** Whether there is a place with this name. */
export function isPlace(name: string): boolean {
  return byName.has(name);
}

/** The place that a route names. */
export function placeOf({ place }: Pick<Route, 'place'>): Place {
  const found = byName.get(place);
  if (found === undefined) throw new TypeError(`there is no place ${place}`);
  return found;
}

/** The list that is shown beside a place on a wide screen, or the place itself if it is such a list; undefined otherwise. */
export function listOf(place: Place): Place | undefined {
  if (place.beside) return byName.get(place.under ?? '');
  return places.some(({ under, beside }) => beside && under === place.name) ? place : undefined;
}

export type EntryPlace = Place & { readonly entry: Entry };

/** The places of the navigation, in their order. */
export const entries: readonly EntryPlace[] = places
  .filter((place): place is EntryPlace => place.entry !== undefined)
  .toSorted((a, b) => a.entry.rank - b.entry.rank);

/** The tab that opens first while something waits there. */
export const waitingPlace = entries.find(({ entry }) => entry.isWaiting);

/** The tab that shows a project. */
export const projectPlace = entries.find(({ entry }) => entry.useProjectCount !== undefined);

/** Whether the navigation marks that place: it is shown, or what is shown lies under it. */
export function isAt(route: Pick<Route, 'place'>, { name }: Place): boolean {
  for (let at = byName.get(route.place); at !== undefined; at = byName.get(at.under ?? ''))
    if (at.name === name) return true;
  return false;
}
