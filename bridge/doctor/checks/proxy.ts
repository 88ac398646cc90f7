/** Which proxy is on the way to the relay, and who says so. */
import { bareHost, isLoopback, proxyName } from '../../net/proxy.ts';
import { sayWays } from '../../net/ways.ts';
import { type Check, type Fix, fail, ok } from '../check.ts';
import { otherProxyLine } from '../proxy-line.ts';

export const proxy: Check = {
  name: 'proxy',
  title: 'Proxy',
  group: 'Network',
  after: ['address'],
  exitCode: 4,
  run: ({ origin, proxy: chosen, ways, proxyTrouble }) => {
    if (proxyTrouble !== undefined) return fail(proxyTrouble, fixFor(proxyTrouble, origin));
    if (chosen !== undefined) return ok(`${ways === undefined ? proxyName(chosen) : sayWays(ways)}.`);
    if (origin !== undefined && isLoopback(bareHost(origin))) return ok('None: the relay is on this machine.');
    if (ways === undefined || ways.by === 'nobody') return ok('None is set.');
    return ok(`None for this address, says ${ways.source}.`);
  },
};

/** An invalid variable is written anew: another one may not count beside it. */
function fixFor(trouble: string, origin: URL | undefined): Fix {
  const address = 'http://proxy.example:3128';
  const [, variable] = /^(\w+) holds /.exec(trouble) ?? [];
  if (variable !== undefined) return { says: 'Write it in this form:', copy: `export ${variable}=${address}` };
  const ways = { hops: [], by: 'pac', source: '' } as const;
  return { says: 'Correct the PAC file, or name the proxy:', copy: otherProxyLine(address, { origin, ways }) };
}
