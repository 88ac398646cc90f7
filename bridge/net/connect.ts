/** Opens sockets to the relay: directly, or through HTTP and SOCKS proxies in the order of a PAC file. Each step has a deadline, and each refusal names its cause. We do not use undici's proxy agent, because it hides `Proxy-Authenticate` and waits forever for a proxy that never answers. */
import type { Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { buildConnector } from 'undici';
import { limits } from '#contract/limits.ts';
import { askForProof } from './ask-hello.ts';
import { openHttpTunnel } from './http-tunnel.ts';
import { Interruption, interruptionOf, isDistrust } from './interruption.ts';
import { lookAtTls } from './look-at-tls.ts';
import { isSocks, type ProxyServer, portOf } from './proxy.ts';
import type { RelayProof } from './relay-proof.ts';
import { openSocks, type Target } from './socks.ts';
import { fixedWay, type WayFinder } from './ways.ts';

export interface ConnectorOptions {
  /** A fixed proxy, or who finds the ways; absent for a direct connection. */
  readonly proxy: ProxyServer | WayFinder | undefined;
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
  if (proxy === undefined) return namingIssuer(direct, (options) => promised(direct, withoutTls(options)), connectMs);
  const finder = 'find' in proxy ? proxy : fixedWay(proxy);
  const through = async (options: buildConnector.Options, isPlain: boolean) => {
    const target = { host: options.hostname.replace(/^\[|\]$/g, ''), port: Number(withoutTls(options).port) };
    const tryHop = async (hop: ProxyServer | undefined) => {
      if (hop === undefined) return await promised(direct, isPlain ? withoutTls(options) : options);
      const httpSocket = await openTunnel(hop, target, connectMs);
      return options.protocol === 'https:' && !isPlain ? { ...options, httpSocket } : httpSocket;
    };
    return await tryHops(finder, `${target.host}:${target.port}`, tryHop);
  };
  const open: buildConnector.connector = (options, callback) => {
    through(options, false).then(
      // TLS through the tunnel is no matter of the proxy: if it fails, the next hop would not help.
      (opened) => ('httpSocket' in opened ? direct(opened, callback) : callback(null, opened as Socket)),
      (error: Error) => callback(error, null),
    );
  };
  return namingIssuer(open, async (options) => (await through(options, true)) as Socket, connectMs);
}

/** The same connection before TLS. */
function withoutTls(options: buildConnector.Options): buildConnector.Options {
  return { ...options, protocol: 'http:', port: options.port || `${portOf(new URL(`${options.protocol}//x`))}` };
}

/** Where a certificate is refused whose authority nobody here knows, the sentence also says who issued it. That is looked up on a connection of its own, on which nothing is sent. */
function namingIssuer(
  open: buildConnector.connector,
  plain: (options: buildConnector.Options) => Promise<Socket>,
  connectMs: number,
): buildConnector.connector {
  const withIssuer = async (error: Error, options: buildConnector.Options): Promise<Error> => {
    const { hostname, host = hostname } = options;
    const { top } = await lookAtTls(await plain(options), hostname, AbortSignal.timeout(connectMs));
    const { message, breakage } = interruptionOf(error, host);
    return new Interruption(`${message} ${top} issued it.`, { breakage, cause: error });
  };
  return (options, callback) =>
    open(options, (error, socket) => {
      if (error === null) return callback(null, socket);
      if (error instanceof Interruption || !isDistrust(error)) return callback(error, null);
      withIssuer(error, options).then(
        (named) => callback(named, null),
        () => callback(error, null),
      );
    });
}

function promised(connector: buildConnector.connector, options: buildConnector.Options): Promise<Socket> {
  return new Promise((resolve, reject) =>
    connector(options, (error, socket) => (error === null ? resolve(socket) : reject(error))),
  );
}

/** Tries the ways in their order. If all fail, the failure names each. */
async function tryHops<Opened>(
  finder: WayFinder,
  where: string,
  tryHop: (hop: ProxyServer | undefined) => Promise<Opened>,
): Promise<Opened> {
  const failures: unknown[] = [];
  for (const hop of (await finder.find()).hops) {
    try {
      return await tryHop(hop);
    } catch (error) {
      failures.push(error);
      finder.failed(hop);
    }
  }
  if (failures.length === 1) throw failures[0];
  const all = failures.map((error) => interruptionOf(error, where));
  const { breakage = 'refused' } = all[0] ?? {};
  const sentence = all.map(({ message }) => message).join(' ');
  throw new Interruption(sentence, { breakage, cause: new AggregateError(failures) });
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
