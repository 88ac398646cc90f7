/** Whether the name of the next host on the way (the relay, or the proxy) is known. */
import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { codeOf } from '../../files/guard.ts';
import { bareHost } from '../../net/proxy.ts';
import { type Check, fail, ok } from '../check.ts';

export const dns: Check = {
  name: 'dns',
  title: 'DNS',
  group: 'Network',
  after: ['proxy'],
  exitCode: 4,
  run: async ({ origin, proxy }) => {
    const next = proxy?.url ?? origin;
    if (next === undefined) return ok('There is no name to look up.');
    const host = bareHost(next);
    if (isIP(host) !== 0) return ok(`${host} needs none.`);
    const whose = proxy === undefined ? host : `the proxy ${host}`;
    try {
      const found = await lookup(host, { all: true });
      return ok(`${whose} is ${found.map(({ address }) => address).join(', ')}.`);
    } catch (error) {
      const unknown = codeOf(error) === 'ENOTFOUND';
      const says = unknown ? `The name of ${whose} is not known to DNS.` : `DNS does not answer for ${whose}.`;
      const how = unknown
        ? 'Check the spelling, or connect to the network (VPN) that knows it:'
        : 'Check whether this machine has a network:';
      return fail(says, { says: how, copy: `nslookup ${host}` });
    }
  },
};
