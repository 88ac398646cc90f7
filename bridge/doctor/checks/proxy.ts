/** Which proxy is on the way to the relay, and who says so. */
import { join } from 'node:path';
import { bareHost, isLoopback, proxyName } from '../../net/proxy.ts';
import { sayWays } from '../../net/ways.ts';
import { readStatus } from '../../status-file.ts';
import { type Check, type Finding, type Fix, fail, note, ok } from '../check.ts';
import type { Patient } from '../patient.ts';
import { otherProxyLine, variableLine } from '../setting-lines.ts';

export const proxy: Check = {
  name: 'proxy',
  title: 'Proxy',
  group: 'Network',
  after: ['address'],
  exitCode: 4,
  run: (patient) => {
    const other = otherWay(patient);
    if (other !== undefined) return other;
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

/** A bridge runs here and takes another way than this terminal would: the other checks examine the terminal's. */
function otherWay({ data, origin, ways, proxyTrouble, service }: Patient): Finding | undefined {
  const { pid, kept } = readStatus(data, join(data, 'status.json'));
  if (pid === undefined || service !== undefined || proxyTrouble !== undefined || ways === undefined) return undefined;
  if (kept?.way === undefined || kept.relay !== origin?.origin || kept.way.says === sayWays(ways)) return undefined;
  const { by, source, says } = kept.way;
  const [url = ''] = says.split(' ');
  return note(`In this terminal: ${sayWays(ways)}. The running bridge (process ${pid}) takes another way: ${says}.`, {
    says: 'The other checks use the way of this terminal. To check that of the bridge, use its settings here too:',
    copy: by === 'environment' && url.includes('://') ? `export ${source}=${url}` : 'sallyport config show',
  });
}

/** An invalid variable is written anew: another one may not count beside it. */
function fixFor(trouble: string, { origin, service }: Patient): Fix {
  const address = 'http://proxy.example:3128';
  const [, variable] = /^(\w+) holds /.exec(trouble) ?? [];
  if (variable !== undefined)
    return { says: 'Write it in this form:', copy: variableLine(`${variable}=${address}`, { service }) };
  const ways = { hops: [], by: 'pac', source: '' } as const;
  return { says: 'Correct the PAC file, or name the proxy:', copy: otherProxyLine(address, { origin, ways, service }) };
}
