/** Checks the relay's address, as a user gives it. */
import { shownAddress } from '#contract/address-parts.ts';
import { UsageError } from '#contract/options.ts';
import { bareHost, isLoopback } from './proxy.ts';

/** The relay's origin. Plain http is allowed only for loopback, or with `allowInsecure`. Throws a UsageError. */
export function parseRelayUrl(text: string, { allowInsecure }: { readonly allowInsecure: boolean }): URL {
  const url = URL.parse(text);
  if (url === null || (url.protocol !== 'https:' && url.protocol !== 'http:'))
    throw new UsageError(`--url takes an address such as https://relay.example, not "${shownAddress(text)}".`);
  if (url.username !== '' || url.password !== '') throw new UsageError('--url takes no name and password.');
  if (url.pathname !== '/' || url.search !== '' || url.hash !== '')
    throw new UsageError(`--url takes an origin without a path: ${url.origin}`);
  if (url.protocol === 'http:' && !isLoopback(bareHost(url)) && !allowInsecure)
    throw new UsageError(
      `${url.origin} is plain http: everybody on the way could read the key and the specs. Use https://, or --allow-insecure if you know the way.`,
    );
  return url;
}
