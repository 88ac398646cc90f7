/** Opens sockets to the relay: directly, or through an HTTP or SOCKS proxy. Each step has a deadline, and each refusal names its cause. We do not use undici's proxy agent, because it hides `Proxy-Authenticate` and waits forever for a proxy that never answers. */
import type { Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { buildConnector } from 'undici';
import { limits } from '#contract/limits.ts';
import { askForProof } from './ask-hello.ts';
import { openHttpTunnel } from './http-tunnel.ts';
import { Interruption } from './interruption.ts';
import { isSocks, type ProxyServer, portOf } from './proxy.ts';
import type { RelayProof } from './relay-proof.ts';
import { openSocks, type Target } from './socks.ts';

export interface ConnectorOptions {
  readonly proxy: ProxyServer | undefined;
  /** Deadline of each step, in ms. */
  readonly connectMs?: number;
  /** Called for each new connection over plain HTTP, where TLS does not identify the relay. */
  readonly proof?: RelayProof | undefined;
}

/** A connector for undici's `Agent({connect})`: HTTP/1.1 only, TLS verified. */
export function createConnector(options: ConnectorOptions): buildConnector.connector {
  const open = createOpener(options);
  const { proof, connectMs = limits.connectMs } = options;
  if (proof === undefined) return open;
  return (to, callback) =>
    open(to, (error, socket) => {
      if (error !== null || to.protocol === 'https:')
        return error === null ? callback(null, socket) : callback(error, null);
      askForProof(socket, to.host ?? to.hostname, proof, connectMs).then(
        () => callback(null, socket),
        (why: Error) => {
          socket.on('error', () => undefined).destroy();
          callback(why, null);
        },
      );
    });
}

function createOpener({ proxy, connectMs = limits.connectMs }: ConnectorOptions): buildConnector.connector {
  const direct = buildConnector({
    allowH2: false,
    timeout: connectMs,
    autoSelectFamily: true,
    autoSelectFamilyAttemptTimeout: 2000,
  });
  if (proxy === undefined) return direct;
  return (options, callback) => {
    const port = Number(options.port || portOf(new URL(`${options.protocol}//x`)));
    openTunnel(proxy, { host: options.hostname.replace(/^\[|\]$/g, ''), port }, connectMs).then(
      (socket) => {
        if (options.protocol === 'https:') direct({ ...options, httpSocket: socket }, callback);
        else callback(null, socket);
      },
      (error: Error) => callback(error, null),
    );
  };
}

/** Opens the tunnel. A proxy that drops the connection is tried three times within 3 s; one that refuses with a reason or stays silent, once. */
async function openTunnel(proxy: ProxyServer, target: Target, connectMs: number): Promise<Socket> {
  const began = performance.now();
  for (let tries = 1; ; tries++) {
    try {
      return await (isSocks(proxy) ? openSocks : openHttpTunnel)(proxy, target, connectMs);
    } catch (error) {
      const spent = performance.now() - began;
      const again = error instanceof Interruption && error.breakage === 'cut' && tries < limits.proxyTriesMax;
      if (!again || spent + 200 * tries > limits.proxyTriesMs) throw error;
      await delay(200 * tries);
    }
  }
}
