/** The proxy in the settings of macOS and Windows, as their own commands print them. Linux has no such settings beside the variables. WPAD is reported and never followed: whoever answers first on a network would choose the proxy. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { bareHost, isExempt, type ProxyServer, parseProxy, portOf, variableFor } from './proxy.ts';

/** What a system's settings say. Addresses are as they are written there. */
export interface SystemProxies {
  readonly http?: string | undefined;
  readonly https?: string | undefined;
  readonly socks?: string | undefined;
  /** The address of a PAC file. */
  readonly pac?: string | undefined;
  /** Whether the system is to look for a proxy by WPAD. */
  readonly wpad: boolean;
  /** Patterns of hosts that need no proxy. */
  readonly exempt: readonly string[];
  /** Whether names without a dot need no proxy. */
  readonly plainNamesExempt: boolean;
}

interface System {
  /** For people: "the settings of macOS". */
  readonly source: string;
  readonly command: readonly [file: string, ...args: string[]];
  readonly parse: (output: string) => SystemProxies;
}

const settingsKey = 'HKCU\\Software\\Microsoft\\Windows\\CurrentVersion\\Internet Settings';

/** The systems whose settings are read, by platform. */
export const systems: Readonly<Partial<Record<NodeJS.Platform, System>>> = {
  darwin: { source: 'the settings of macOS', command: ['/usr/sbin/scutil', '--proxy'], parse: parseScutil },
  win32: { source: 'the settings of Windows', command: ['reg', 'query', settingsKey], parse: parseRegistry },
};

/** Runs a command; resolves to what it prints. */
export type RunCommand = (file: string, args: readonly string[]) => Promise<string>;

const commandMsMax = 3000;

export const runCommand: RunCommand = async (file, args) => {
  const { stdout } = await promisify(execFile)(file, [...args], { timeout: commandMsMax, windowsHide: true });
  return stdout;
};

/** The settings; undefined on systems without any, and where the command fails. */
export async function readSystemProxies(
  platform: NodeJS.Platform,
  run: RunCommand = runCommand,
): Promise<(SystemProxies & { readonly source: string }) | undefined> {
  const system = systems[platform];
  if (system === undefined) return undefined;
  const [file, ...args] = system.command;
  try {
    return { ...system.parse(await run(file, args)), source: system.source };
  } catch {
    return undefined;
  }
}

/** The proxy of the settings for `target`; undefined for a direct connection. Throws a TypeError that names invalid settings. */
export function proxyOfSystem(
  target: URL,
  { http, https, socks, exempt, plainNamesExempt, source }: SystemProxies & { readonly source: string },
): ProxyServer | undefined {
  const host = bareHost(target);
  if (plainNamesExempt && !host.includes('.') && !host.includes(':')) return undefined;
  if (exempt.some((pattern) => isExempted(host, portOf(target), pattern))) return undefined;
  const ofScheme = target.protocol === 'https:' ? https : http;
  const found = ofScheme ?? (socks === undefined ? undefined : `socks5h://${socks.replace(/^.*:\/\//, '')}`);
  return found === undefined ? undefined : { url: parseProxy(found, source), source, variable: variableFor(target) };
}

/** Patterns of both systems: a network (`10.0.0.0/8`, `169.254/16`), or a name with stars. */
function isExempted(host: string, port: string, pattern: string): boolean {
  const [network = '', bits] = pattern.split('/');
  if (bits !== undefined) {
    const full = /^[\d.]+$/.test(network) ? [...network.split('.'), '0', '0', '0'].slice(0, 4).join('.') : network;
    return isExempt(host, port, `${full}/${bits}`);
  }
  const escaped = pattern
    .toLowerCase()
    .replace(/[.+?^$(){}|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*');
  return new RegExp(`^${escaped}$`).test(host);
}

/** Reads the output of `scutil --proxy`. */
export function parseScutil(output: string): SystemProxies {
  const values = new Map(
    [...output.matchAll(/^ {2}(\w+) : (.*)$/gm)].map(([, name = '', value = '']) => [name, value]),
  );
  const isOn = (name: string) => values.get(name)?.trim() === '1';
  const at = (name: string) => {
    const host = values.get(`${name}Proxy`)?.trim();
    if (!isOn(`${name}Enable`) || !host) return undefined;
    return `${host.includes(':') ? `[${host}]` : host}:${values.get(`${name}Port`)?.trim() || '80'}`;
  };
  const list = /^ {2}ExceptionsList : <array> \{\n([\s\S]*?)^ {2}\}/m.exec(output)?.[1] ?? '';
  return {
    http: at('HTTP'),
    https: at('HTTPS'),
    socks: at('SOCKS'),
    pac: isOn('ProxyAutoConfigEnable') ? values.get('ProxyAutoConfigURLString')?.trim() || undefined : undefined,
    wpad: isOn('ProxyAutoDiscoveryEnable'),
    exempt: [...list.matchAll(/^ +\d+ : (.+)$/gm)].map(([, entry = '']) => entry.trim()),
    plainNamesExempt: isOn('ExcludeSimpleHostnames'),
  };
}

/** Reads the output of `reg query` of the key "Internet Settings". */
export function parseRegistry(output: string): SystemProxies {
  const values = new Map(
    [...output.matchAll(/^ +(\w+) +REG_(?:SZ|DWORD) +(.*?)\r?$/gm)].map(([, name = '', value = '']) => [name, value]),
  );
  const isOn = (name: string) => Number(values.get(name) ?? 0) === 1;
  const server = isOn('ProxyEnable') ? (values.get('ProxyServer')?.trim() ?? '') : '';
  const byScheme = new Map(server.split(';').flatMap((part) => (part.includes('=') ? [pair(part)] : [])));
  const forAll = server !== '' && byScheme.size === 0 ? server : undefined;
  const exempt = (values.get('ProxyOverride') ?? '').split(';').map((entry) => entry.trim());
  return {
    http: byScheme.get('http') ?? forAll,
    https: byScheme.get('https') ?? forAll,
    socks: byScheme.get('socks'),
    pac: values.get('AutoConfigURL')?.trim() || undefined,
    wpad: isOn('AutoDetect'),
    exempt: exempt.filter((entry) => entry !== '' && entry !== '<local>'),
    plainNamesExempt: exempt.includes('<local>'),
  };
}

function pair(part: string): readonly [string, string] {
  const at = part.indexOf('=');
  return [part.slice(0, at).trim().toLowerCase(), part.slice(at + 1).trim()];
}
