/** What undici's dispatchers take in place of an address. */
export function targetOf({ origin, pathname, search }: URL): { readonly origin: string; readonly path: string } {
  return { origin, path: `${pathname}${search}` };
}
