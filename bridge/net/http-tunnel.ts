/** Opens a tunnel through an HTTP or HTTPS proxy by CONNECT (RFC 9110, section 9.3.6), and says what a refusal means. */
import { type IncomingMessage, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { isIP, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { Interruption } from './interruption.ts';
import { bareHost, type ProxyServer, portOf, proxyName, signInOf } from './proxy.ts';
import { failureOfProxy } from './proxy-failure.ts';
import type { Target } from './socks.ts';

/** The open tunnel; it carries the target's bytes from here on. Throws an Interruption that names the proxy and what it refuses. */
export function openHttpTunnel(proxy: ProxyServer, { host, port }: Target, connectMs: number): Promise<Socket> {
  const target = `${isIP(host) === 6 ? `[${host}]` : host}:${port}`;
  const { promise, resolve, reject } = Promise.withResolvers<Socket>();
  const request = (proxy.url.protocol === 'https:' ? requestHttps : requestHttp)({
    host: bareHost(proxy.url),
    port: portOf(proxy.url),
    method: 'CONNECT',
    path: target,
    agent: false,
    headers: { host: target, 'user-agent': 'sallyport', ...authorization(proxy) },
  });
  const timer = setTimeout(() => request.destroy(silence(proxy, connectMs)), connectMs);
  request.once('connect', (answer, socket, head) => {
    clearTimeout(timer);
    if (isTunnel(answer.statusCode)) {
      if (head.length > 0) socket.unshift(head);
      resolve(asSocket(socket));
      return;
    }
    socket.destroy();
    reject(refusal(proxy, target, answer));
  });
  request.once('error', (error) => {
    clearTimeout(timer);
    reject(failureOfProxy(proxy, error, 'CONNECT'));
  });
  request.end();
  return promise;
}

/** Any 2xx opens the tunnel. */
function isTunnel(status = 0): boolean {
  return status >= 200 && status < 300;
}

/** With `agent: false`, Node hands over the plain or TLS socket that it has opened. */
function asSocket(stream: Duplex): Socket {
  const socket = stream as Socket;
  socket.setTimeout(0);
  socket.setNoDelay(true);
  return socket;
}

function authorization(proxy: ProxyServer): Record<string, string> {
  const signIn = signInOf(proxy);
  if (signIn === undefined) return {};
  const pair = Buffer.from(`${signIn.name}:${signIn.password}`, 'utf8').toString('base64');
  return { 'proxy-authorization': `Basic ${pair}` };
}

function silence(proxy: ProxyServer, connectMs: number): Interruption {
  const sentence = `The proxy ${proxyName(proxy)} did not answer CONNECT within ${connectMs / 1000} s.`;
  return new Interruption(sentence, { breakage: 'timeout' });
}

/** Explains the status of a proxy. */
function refusal(
  proxy: ProxyServer,
  target: string,
  { statusCode: status = 0, headersDistinct: headers }: IncomingMessage,
): Interruption {
  const about = { breakage: 'answered', status } as const;
  const name = proxyName(proxy);
  if (status === 407) return new Interruption(signIn(proxy, headers['proxy-authenticate'] ?? []), about);
  const page = URL.parse(headers.location?.[0] ?? '')?.origin;
  if (status >= 300 && status < 400 && page !== undefined)
    return new Interruption(`The proxy ${name} redirects to ${page}: it wants a sign-in in a browser.`, about);
  if (status === 403)
    return new Interruption(`The proxy ${name} does not allow connections to ${target} (403).`, about);
  if (status >= 500) return new Interruption(`The proxy ${name} cannot reach ${target} (${status}).`, about);
  return new Interruption(`The proxy ${name} answered CONNECT with ${status}.`, about);
}

/** The message for a 407: which schemes the proxy offers, and what to do. */
function signIn(proxy: ProxyServer, schemes: readonly string[]): string {
  const variable = proxy.variable ?? proxy.source;
  const offered = [...new Set(schemes.flatMap(schemesIn))];
  const name = proxyName(proxy);
  const basic = offered.some((scheme) => scheme.toLowerCase() === 'basic');
  if (basic && proxy.url.username !== '') return `The proxy ${name} refused the name and password in ${variable}.`;
  if (basic)
    return `The proxy ${name} wants a name and password: put them into ${variable} as http://name:password@host:port.`;
  const by = offered.length === 0 ? 'without saying how' : `by ${offered.join(' or ')}`;
  return `The proxy ${name} wants a sign-in ${by}, which needs a local helper: run cntlm or px and point ${variable} to it.`;
}

/** The schemes in a `Proxy-Authenticate`. Commas separate both schemes and their parameters. */
function schemesIn(header: string): readonly string[] {
  const names = header.matchAll(/(?:^|,)\s*([a-z][\w-]*)(?=\s*(?:,|$)|\s+[^\s=,])/gi);
  return [...names].map(([, name = '']) => name);
}
