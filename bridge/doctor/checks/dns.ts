/** Whether the name of the next host on the way (the relay, or the proxy) is known. */
import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { codeOf } from '../../files/guard.ts';
import { bareHost } from '../../net/proxy.ts';
import { type Check, type Finding, fail, note, ok } from '../check.ts';
import { hopsOf, type Patient } from '../patient.ts';

export const dns: Check = {
  name: 'dns',
  title: 'DNS',
  group: 'Network',
  after: ['proxy'],
  exitCode: 4,
  run: async (patient) => {
    const found = await Promise.all(nextHosts(patient).map(look));
    const known = found.filter(({ state }) => state === 'ok');
    const [failed] = found.filter((one) => one.state === 'fail');
    if (failed === undefined) return ok(known.map(({ says }) => says).join(' ') || 'There is no name to look up.');
    if (known.length === 0) return failed;
    const says = `${failed.says} Another way is used. ${known.map((one) => one.says).join(' ')}`;
    // Behind a proxy, nobody here needs to know the relay's own name.
    return /the proxy/.test(failed.says) ? note(says, failed.fix) : ok(says);
  },
};

interface Next {
  readonly host: string;
  /** For people. */
  readonly whose: string;
}

/** The next host on each of the ways. */
function nextHosts({ origin, ...patient }: Patient): readonly Next[] {
  const hosts = hopsOf(patient).flatMap((hop): readonly Next[] => {
    if (hop !== undefined) return [{ host: bareHost(hop.url), whose: `the proxy ${bareHost(hop.url)}` }];
    return origin === undefined ? [] : [{ host: bareHost(origin), whose: bareHost(origin) }];
  });
  return [...new Map(hosts.map((next) => [next.host, next])).values()];
}

async function look({ host, whose }: Next): Promise<Finding> {
  if (isIP(host) !== 0) return ok(`${host} needs none.`);
  try {
    const found = await lookup(host, { all: true });
    return ok(`${whose} is ${found.map(({ address }) => address).join(', ')}.`);
  } catch (error) {
    const copy = `nslookup ${host}`;
    if (codeOf(error) !== 'ENOTFOUND')
      return fail(`DNS does not answer for ${whose}.`, { says: 'Check whether this machine has a network:', copy });
    const proxied =
      host === whose ? ' If a browser here reaches it, it uses a proxy: set HTTPS_PROXY to the same one.' : '';
    const says = `Check the spelling, or connect to the network (VPN) that knows it.${proxied}`;
    return fail(`The name of ${whose} is not known to DNS.`, { says, copy });
  }
}
