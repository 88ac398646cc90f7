/** Looking whether something listens at the relay's port: a TCP connection on which nothing is said. Never through a proxy, which would answer for itself. */
import { connect } from 'node:net';
import { limits } from '#contract/limits.ts';
import { bareHost, portOf } from './proxy.ts';

/** Resolves to whether a connection came about. */
export type Knock = () => Promise<boolean>;

/** Knocks at an origin's port. */
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
