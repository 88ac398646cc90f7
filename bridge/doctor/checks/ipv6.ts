/** Whether IPv6 works where the relay has it: a network that offers IPv6 and drops it delays each connection. */
import { lookup } from 'node:dns/promises';
import { connect, isIP } from 'node:net';
import { codeOf } from '../../files/guard.ts';
import { bareHost, portOf } from '../../net/proxy.ts';
import { type Check, type Finding, note, ok } from '../check.ts';

const waitMs = 3000;

export const ipv6: Check = {
  name: 'ipv6',
  title: 'IPv6',
  group: 'Network',
  after: ['dns'],
  run: async ({ origin, proxy }) => {
    if (proxy !== undefined || origin === undefined) return ok('The proxy makes the connections.');
    const host = bareHost(origin);
    const addresses =
      isIP(host) === 0 ? await lookup(host, { all: true }).catch(() => []) : [{ address: host, family: isIP(host) }];
    return await ipv6Finding(host, addresses, Number(portOf(origin)));
  },
};

/** What it means for a host with these addresses. */
export async function ipv6Finding(
  host: string,
  addresses: readonly { readonly address: string; readonly family: number }[],
  port: number,
): Promise<Finding> {
  const sixth = addresses.find(({ family }) => family === 6);
  if (sixth === undefined) return ok(`${host} has no IPv6 address.`);
  const reached = await reach(sixth.address, port);
  if (reached === 'open') return ok(`${sixth.address} accepts connections.`);
  const fix = { says: 'Try it by hand:', copy: `curl -6v http://${isIP(host) === 6 ? `[${host}]` : host}:${port}` };
  const isOnly = addresses.every(({ family }) => family === 6);
  if (isOnly && reached === 'refused') return ok(`${sixth.address} is reached, and refuses: see Connection.`);
  if (isOnly)
    return note(
      `${host} has only IPv6, and ${sixth.address} accepts no connection: this network may have no IPv6.`,
      fix,
    );
  return note(`${sixth.address} accepts no connection. IPv4 is used instead, which takes longer to begin.`, fix);
}

/** How a connection there ends. `away`: no answer in time, or no route. */
function reach(host: string, port: number): Promise<'open' | 'refused' | 'away'> {
  const { promise, resolve } = Promise.withResolvers<'open' | 'refused' | 'away'>();
  const socket = connect({ host, port });
  socket.setTimeout(waitMs);
  const end = (how: 'open' | 'refused' | 'away') => {
    socket.on('error', () => undefined).destroy();
    resolve(how);
  };
  socket.once('connect', () => end('open'));
  socket.once('timeout', () => end('away'));
  socket.once('error', (error) => end(codeOf(error) === 'ECONNREFUSED' ? 'refused' : 'away'));
  return promise;
}
