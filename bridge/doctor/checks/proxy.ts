/** Which proxy is on the way to the relay, and who says so. */
import { bareHost, isLoopback, proxyName } from '../../net/proxy.ts';
import { sayWays } from '../../net/ways.ts';
import { type Check, type Fix, fail, ok } from '../check.ts';
import type { Patient } from '../patient.ts';
import { otherProxyLine, variableLine } from '../setting-lines.ts';

export const proxy: Check = {
  name: 'proxy',
  title: 'Proxy',
  group: 'Network',
  after: ['address'],
  exitCode: 4,
  run: (patient) => {
    const { origin, proxy: chosen, ways, proxyTrouble, service } = patient;
    if (proxyTrouble !== undefined) return fail(proxyTrouble, fixFor(proxyTrouble, patient));
    const whose = service === undefined ? '' : ' The service has it so.';
    if (chosen !== undefined) return ok(`${ways === undefined ? proxyName(chosen) : sayWays(ways)}.${whose}`);
    if (origin !== undefined && isLoopback(bareHost(origin))) return ok('None: the relay is on this machine.');
    if (ways === undefined || ways.by === 'nobody')
      return ok(service === undefined ? 'None is set.' : 'None is set for the service.');
    return ok(`None for this address, says ${ways.source}.`);
  },
};

/** An invalid variable is written anew: another one may not count beside it. */
function fixFor(trouble: string, { origin, service }: Patient): Fix {
  const address = 'http://proxy.example:3128';
  const [, variable] = /^(\w+) holds /.exec(trouble) ?? [];
  if (variable !== undefined)
    return { says: 'Write it in this form:', copy: variableLine(`${variable}=${address}`, { service }) };
  const ways = { hops: [], by: 'pac', source: '' } as const;
  return { says: 'Correct the PAC file, or name the proxy:', copy: otherProxyLine(address, { origin, ways, service }) };
}
