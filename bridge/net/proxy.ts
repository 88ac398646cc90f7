/** Which proxy the variables of the environment name for an address. Pure. `ways.ts` asks the other places. */
import { BlockList, isIP } from 'node:net';
import { literalPart } from '#contract/address-parts.ts';

export interface ProxyServer {
  /** http:, https: or socks5h:, with name and password if it has them. */
  readonly url: URL;
  /** Who names the proxy: a variable, a PAC file, "the settings of macOS". */
  readonly source: string;
  /** The variable that takes its name and password, where `source` cannot. */
  readonly variable?: string;
}

/** The variable that names the proxy for addresses such as `target`. */
export function variableFor(target: URL): 'HTTPS_PROXY' | 'HTTP_PROXY' {
  return target.protocol === 'https:' ? 'HTTPS_PROXY' : 'HTTP_PROXY';
}

/** The proxy for `target`, or undefined for a direct connection. Loopback never uses a proxy. An empty variable does not hide another one, and the scheme may be omitted. Throws a TypeError that names an invalid variable. */
export function chooseProxy(target: URL, env: Readonly<Record<string, string | undefined>>): ProxyServer | undefined {
  if (isLoopback(bareHost(target)) || exemptBy(target, env) !== undefined) return undefined;
  const found = variableOf(variableFor(target), env) ?? variableOf('ALL_PROXY', env);
  return found && { url: parseProxy(found.value, found.name), source: found.name };
}

/** Other names of `socks5h:`. A SOCKS proxy always resolves the names here, so that they mean the same. */
const socksNames: ReadonlySet<string> = new Set(['socks:', 'socks5:', 'socks5h:']);

/** The variable that exempts `target` from proxies, if one does. */
export function exemptBy(target: URL, env: Readonly<Record<string, string | undefined>>): string | undefined {
  const exempt = variableOf('NO_PROXY', env);
  return exempt && isExempt(bareHost(target), portOf(target), exempt.value) ? exempt.name : undefined;
}

/** Parses a proxy; the default scheme is `http://`. Throws a TypeError that names `source`. */
export function parseProxy(text: string, source: string): URL {
  const withScheme = /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `http://${text}`;
  const url = URL.parse(withScheme);
  if (url?.hostname && (url.protocol === 'http:' || url.protocol === 'https:')) return url;
  if (url?.hostname && socksNames.has(url.protocol)) return new URL(url.href.replace(/^[a-z0-9]+:/, 'socks5h:'));
  if (url?.protocol.startsWith('socks4'))
    throw new TypeError(`${source} holds a SOCKS 4 proxy; only SOCKS 5 (socks5h://) is supported.`);
  throw new TypeError(`${source} holds no http://, https:// or socks5h:// proxy.`);
}

/** Whether the proxy speaks SOCKS5, and not HTTP. */
export function isSocks({ url }: ProxyServer): boolean {
  return url.protocol === 'socks5h:';
}

/** The proxy's name in messages, without its password. */
export function proxyName({ url, source }: ProxyServer): string {
  return `${url.protocol}//${url.host} (from ${source})`;
}

/** The name and password that a proxy is to be given; undefined where it has none. */
export function signInOf({ url }: ProxyServer): { readonly name: string; readonly password: string } | undefined {
  if (url.username === '' && url.password === '') return undefined;
  return { name: literalPart(url.username), password: literalPart(url.password) };
}

/** Whether a host is this machine: `localhost`, below it, 127.0.0.0/8, ::1. */
export function isLoopback(host: string): boolean {
  const bare = host.toLowerCase();
  if (bare === 'localhost' || bare.endsWith('.localhost')) return true;
  if (isIP(bare) === 4) return bare.startsWith('127.');
  return isIP(bare) === 6 && loopback6.check(bare, 'ipv6');
}

const defaultPorts: Readonly<Record<string, string>> = { 'https:': '443', 'socks5h:': '1080' };

/** The port of a URL, also if it is the default of the scheme. */
export function portOf(url: URL): string {
  return url.port || (defaultPorts[url.protocol] ?? '80');
}

const loopback6 = new BlockList();
loopback6.addAddress('::1', 'ipv6');
loopback6.addSubnet('127.0.0.0', 8, 'ipv4');

/** The host of a URL without the brackets of IPv6. */
export function bareHost(url: URL): string {
  return url.hostname.replace(/^\[|\]$/g, '').toLowerCase();
}

function variableOf(name: string, env: Readonly<Record<string, string | undefined>>) {
  for (const variable of [name.toLowerCase(), name]) {
    const value = env[variable]?.trim();
    if (value) return { name: variable, value };
  }
  return undefined;
}

/** Whether a list in the form of NO_PROXY exempts a host. */
export function isExempt(host: string, port: string, list: string): boolean {
  return list
    .split(/[\s,]+/)
    .filter((entry) => entry !== '')
    .some((entry) => matches(host, port, entry.toLowerCase()));
}

function matches(host: string, port: string, entry: string): boolean {
  if (entry === '*') return true;
  if (entry.includes('/')) return inSubnet(host, entry);
  const [, name = '', entryPort] = /^\[?([^\]]*?)\]?(?::(\d+))?$/.exec(isIP(entry) === 6 ? `[${entry}]` : entry) ?? [];
  if (entryPort !== undefined && entryPort !== port) return false;
  if (isIP(name) !== 0 || isIP(host) !== 0) return host === name;
  const suffix = name.replace(/^\*?\./, '');
  return suffix !== '' && (host === suffix || host.endsWith(`.${suffix}`));
}

function inSubnet(host: string, entry: string): boolean {
  const [network = '', bits = ''] = entry.split('/');
  const family = isIP(network);
  if (family === 0 || isIP(host) !== family || !/^\d{1,3}$/.test(bits)) return false;
  if (Number(bits) > (family === 4 ? 32 : 128)) return false;
  const kind = family === 4 ? 'ipv4' : 'ipv6';
  const subnet = new BlockList();
  subnet.addSubnet(network, Number(bits), kind);
  return subnet.check(host, kind);
}
