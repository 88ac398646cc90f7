/** Parses and formats routes: `#/m/<machine>/p/<project>/<place>/<item>?query` in the URL's fragment. */

export interface Route {
  /** Name of a place of a feature (`features/place.ts`). */
  readonly place: string;
  /** Id of the chosen machine; undefined if none was ever chosen. */
  readonly machine: string | undefined;
  /** Whether the address names the machine. Otherwise it comes from the last visit. */
  readonly isMachineNamed: boolean;
  readonly project: string | undefined;
  /** A spec's folder, or a document's path. */
  readonly item: string | undefined;
  readonly query: Readonly<Record<string, string>>;
}

/** The default place. */
const firstPlace = 'specs';

/** The route of a fragment. By default, the list of specs of the machine that was chosen last. */
export function parseRoute(hash: string, lastMachine: string | undefined, isPlace: (name: string) => boolean): Route {
  const [path = '', search = ''] = hash.replace(/^#\/?/, '').split('?');
  const parts = path.split('/').map(decode);
  const named: Record<string, string> = {};
  while (parts.length > 1 && (parts[0] === 'm' || parts[0] === 'p')) named[parts.shift() ?? ''] = parts.shift() ?? '';
  const [name = firstPlace] = parts;
  const place = isPlace(name) ? name : firstPlace;
  return {
    place,
    machine: named.m || lastMachine,
    isMachineNamed: Boolean(named.m),
    project: named.p || undefined,
    item: parts[1] || undefined,
    query: Object.fromEntries(new URLSearchParams(search)),
  };
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return '';
  }
}

/** The fragment of a route. */
export function hrefTo(route: Partial<Route>): string {
  const parts = [
    ...(route.machine ? ['m', route.machine] : []),
    ...(route.project ? ['p', route.project] : []),
    route.place ?? firstPlace,
    ...(route.item ? [route.item] : []),
  ];
  const search = new URLSearchParams(Object.entries(route.query ?? {}).filter(([, value]) => value !== ''));
  return `#/${parts.map(encodeURIComponent).join('/')}${search.size > 0 ? `?${search}` : ''}`;
}
