/** Checks whether something listens on the relay's port, by a TCP connection that sends nothing. Not used through a proxy, which would accept the connection itself. */
import { connect } from 'node:net';
import { limits } from '#contract/limits.ts';
import { bareHost, portOf } from './proxy.ts';

/** Resolves to whether a connection was accepted. */
export type Knock = () => Promise<boolean>;

/** Tries to connect to an origin's port. */
export function createKnock(origin: URL): Knock {
  return () => {
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const socket = connect({ host: bareHost(origin), port: Number(portOf(origin)) });
    socket.unref();
    socket.setTimeout(limits.knockMs);
    for (const event of ['connect', 'timeout', 'error'] as const)
      socket.once(event, () => {
        socket.destroy();
        resolve(event === 'connect');
      });
    return promise;
  };
}
