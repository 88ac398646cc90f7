/** What a broken connection to a proxy means, in a sentence that names the proxy. */

import { reasonOf } from '#contract/reason.ts';
import { Interruption, interruptionOf } from './interruption.ts';
import { type ProxyServer, proxyName } from './proxy.ts';

/** An error of the connection to a proxy as an interruption; `step` is what was asked of it. */
export function failureOfProxy(proxy: ProxyServer, error: unknown, step: 'CONNECT' | 'SOCKS'): Interruption {
  if (error instanceof Interruption) return error;
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  const name = proxyName(proxy);
  if (code === 'ECONNREFUSED')
    return new Interruption(`The proxy ${name} refuses connections.`, { breakage: 'refused', cause: error });
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN')
    return new Interruption(`The name of the proxy ${name} is not known to DNS.`, {
      breakage: 'refused',
      cause: error,
    });
  if (code === 'ECONNRESET' || code === 'EPIPE')
    return new Interruption(`The proxy ${name} closed the connection at ${step}.`, { breakage: 'cut', cause: error });
  // A certificate that is not trusted, or no TLS: what the sentence says of a relay holds of the proxy.
  const known = interruptionOf(error, `the proxy ${name}`);
  if (known.breakage === 'refused') return known;
  const why = reasonOf(error);
  return new Interruption(`The proxy ${name} failed at ${step}: ${why}.`, { breakage: 'cut', cause: error });
}
