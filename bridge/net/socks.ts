/** Opens a connection through a SOCKS5 proxy (RFC 1928), with a name and password if it wants them (RFC 1929). The proxy resolves the name of the target, so that no DNS is needed here. */
import { connect, isIP, type Socket } from 'node:net';
import { Interruption } from './interruption.ts';
import { bareHost, type ProxyServer, portOf, proxyName, signInOf } from './proxy.ts';
import { failureOfProxy } from './proxy-failure.ts';

/** Where the proxy is to connect to; `host` is a name or an address without brackets. */
export interface Target {
  readonly host: string;
  readonly port: number;
}

const version = 5;
const methods = { none: 0, password: 2, refused: 0xff } as const;
const address = { ipv4: 1, name: 3, ipv6: 4 } as const;
/** Longest name, name of a user and password: each has its length in one byte. */
const fieldBytesMax = 255;

/** The open connection; it carries the target's bytes from here on. The whole dialogue has one deadline. Throws an Interruption that names the proxy and what it refuses. */
export function openSocks(proxy: ProxyServer, target: Target, connectMs: number): Promise<Socket> {
  const { promise, resolve, reject } = Promise.withResolvers<Socket>();
  const socket = connect({ host: bareHost(proxy.url), port: Number(portOf(proxy.url)), noDelay: true });
  const fail = (error: unknown) =>
    reject(error instanceof Interruption ? error : failureOfProxy(proxy, error, 'SOCKS'));
  const timer = setTimeout(() => {
    const sentence = `The proxy ${proxyName(proxy)} did not answer SOCKS within ${connectMs / 1000} s.`;
    fail(new Interruption(sentence, { breakage: 'timeout' }));
    socket.destroy();
  }, connectMs);
  socket.on('error', fail);
  talk(proxy, target, socket).then(
    () => {
      socket.off('error', fail);
      resolve(socket);
    },
    (error: unknown) => {
      fail(error);
      socket.destroy();
    },
  );
  return promise.finally(() => clearTimeout(timer));
}

async function talk(proxy: ProxyServer, { host, port }: Target, socket: Socket): Promise<void> {
  const read = (size: number) => readExactly(socket, size, proxy);
  const known = signInOf(proxy);
  const { name, password } = known ?? { name: '', password: '' };
  const offered = known === undefined ? [methods.none] : [methods.none, methods.password];
  const request = requestFor(proxy, host, port);
  const credentials = Buffer.concat([
    Buffer.from([1]),
    counted(proxy, 'name', name),
    counted(proxy, 'password', password),
  ]);
  socket.write(Buffer.from([version, offered.length, ...offered]));
  const [answered = 0, method = 0] = await read(2);
  if (answered !== version) throw stranger(proxy, answered);
  if (method === methods.refused) throw signIn(proxy);
  if (!(offered as number[]).includes(method))
    throw refused(proxy, `chose a sign-in that was not offered (method ${method})`);
  if (method === methods.password) {
    socket.write(credentials);
    const [, status] = await read(2);
    if (status !== 0) throw refused(proxy, `refused the name and password in ${proxy.variable ?? proxy.source}`);
  }
  socket.write(request);
  const [again = 0, reply = 0, , type = 0] = await read(4);
  if (again !== version) throw stranger(proxy, again);
  if (reply !== 0) throw refused(proxy, sentenceOf(reply, `${host}:${port}`));
  // The address that the proxy uses towards the target has to be read, and is of no use.
  const size =
    type === address.ipv4 ? 4 : type === address.ipv6 ? 16 : type === address.name ? (await read(1))[0] : undefined;
  if (size === undefined) throw refused(proxy, `answered with an address of an unknown type (${type})`);
  await read(size + 2);
}

/** Reads `size` bytes, however they are sliced, and leaves all later ones in the socket. */
function readExactly(socket: Socket, size: number, proxy: ProxyServer): Promise<Buffer> {
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
  const closed = () => {
    const sentence = `The proxy ${proxyName(proxy)} closed the connection during SOCKS.`;
    reject(new Interruption(sentence, { breakage: 'cut' }));
  };
  const look = () => {
    const bytes: Buffer | null = socket.read(size);
    if (bytes?.length === size) resolve(bytes);
    else if (bytes !== null) closed();
  };
  socket.on('readable', look).once('end', closed).once('close', closed);
  look();
  return promise.finally(() => socket.off('readable', look).off('end', closed).off('close', closed));
}

/** CONNECT to a name, or to an address in its own form. */
function requestFor(proxy: ProxyServer, host: string, port: number): Buffer {
  const family = isIP(host);
  const to =
    family === 0
      ? Buffer.concat([Buffer.from([address.name]), counted(proxy, 'host', host)])
      : Buffer.from([family === 4 ? address.ipv4 : address.ipv6, ...(family === 4 ? bytesOf4(host) : bytesOf6(host))]);
  return Buffer.concat([Buffer.from([version, 1, 0]), to, Buffer.from([port >> 8, port & 0xff])]);
}

function bytesOf4(text: string): readonly number[] {
  return text.split('.').map(Number);
}

/** The 16 bytes of an IPv6 address. A zone (`%eth0`) means nothing to another machine. */
function bytesOf6(text: string): readonly number[] {
  // As a URL writes it, an address has no dotted part, and one run of zeros at most is left out.
  const [head = '', tail] = new URL(`http://[${text.replace(/%.*/, '')}]`).hostname.slice(1, -1).split('::');
  const groups = (part: string | undefined) => (part ? part.split(':').map((group) => Number.parseInt(group, 16)) : []);
  const [before, after] = [groups(head), groups(tail)];
  const zeros = Array<number>(8 - before.length - after.length).fill(0);
  return [...before, ...zeros, ...after].flatMap((group) => [group >> 8, group & 0xff]);
}

function counted(proxy: ProxyServer, what: string, text: string): Buffer {
  const bytes = Buffer.from(text, 'utf8');
  if (bytes.length > fieldBytesMax) throw refused(proxy, `cannot take a ${what} of more than ${fieldBytesMax} bytes`);
  return Buffer.concat([Buffer.from([bytes.length]), bytes]);
}

/** What a reply of the proxy means (RFC 1928, section 6). */
function sentenceOf(reply: number, target: string): string {
  const known: Readonly<Record<number, string>> = {
    1: `failed to connect to ${target}, and does not say why`,
    2: `does not allow connections to ${target}`,
    3: `has no network to reach ${target}`,
    4: `cannot reach the host of ${target}, or does not know its name`,
    5: `reached the host, but nothing listens at ${target}`,
    6: `got no answer from ${target} in time`,
    7: 'does not support connections (CONNECT)',
    8: `does not support this sort of address (${target})`,
  };
  return `${known[reply] ?? `refused the connection to ${target}`} (SOCKS reply ${reply})`;
}

function signIn(proxy: ProxyServer): Interruption {
  const { url, source, variable = source } = proxy;
  if (url.username !== '') return refused(proxy, 'does not accept a sign-in by name and password');
  return refused(proxy, `wants a name and password: put them into ${variable} as socks5h://name:password@host:port`);
}

function stranger(proxy: ProxyServer, first: number): Interruption {
  const looksLikeHttp = first === 'H'.charCodeAt(0) || first === '<'.charCodeAt(0);
  return refused(
    proxy,
    looksLikeHttp ? `speaks HTTP and not SOCKS: write http:// in ${proxy.source}` : 'does not speak SOCKS 5',
  );
}

function refused(proxy: ProxyServer, what: string): Interruption {
  return new Interruption(`The proxy ${proxyName(proxy)} ${what}.`, { breakage: 'answered' });
}
