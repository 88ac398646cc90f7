/** Which proxy is on the way to the relay, and who says so. */
import { bareHost, isLoopback, proxyName } from '../../net/proxy.ts';
import { sayWays } from '../../net/ways.ts';
import { type Check, fail, ok } from '../check.ts';

export const proxy: Check = {
  name: 'proxy',
  title: 'Proxy',
  group: 'Network',
  after: ['address'],
  exitCode: 4,
  run: ({ origin, proxy: chosen, ways, proxyTrouble }) => {
    if (proxyTrouble !== undefined)
      return fail(proxyTrouble, {
        says: 'Correct the PAC file (or --pac none), or name the proxy:',
        copy: 'export HTTPS_PROXY=http://proxy.example:3128',
      });
    if (chosen !== undefined) return ok(`${ways === undefined ? proxyName(chosen) : sayWays(ways)}.`);
    if (origin !== undefined && isLoopback(bareHost(origin))) return ok('None: the relay is on this machine.');
    if (ways === undefined || ways.by === 'nobody') return ok('None is set.');
    return ok(`None for this address, says ${ways.source}.`);
  },
};
