/** Whether IPv6 works where the relay has it: a network that offers IPv6 and drops it delays each connection. */
import { lookup } from 'node:dns/promises';
import { connect, isIP } from 'node:net';
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
  if (await accepts(sixth.address, port)) return ok(`${sixth.address} accepts connections.`);
  if (addresses.length === 1) return ok(`${host} has only IPv6: see the connection.`);
  return note(`${sixth.address} accepts no connection. IPv4 is used instead, which takes longer to begin.`);
}

/** Whether something accepts a connection there within the time. */
export function accepts(host: string, port: number): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const socket = connect({ host, port });
  socket.setTimeout(waitMs);
  for (const event of ['connect', 'timeout', 'error'] as const)
    socket.once(event, () => {
      socket.on('error', () => undefined).destroy();
      resolve(event === 'connect');
    });
  return promise;
}
