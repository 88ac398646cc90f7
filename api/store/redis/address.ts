/** Parses the URL of a Redis: one server, a cluster, or a master behind sentinels. */
import { literalPart } from '#contract/address-parts.ts';
import { StoreRefused } from '../store.ts';

/** Address of a Redis, and our user and password. */
export interface RedisAddress {
  readonly is: 'server' | 'cluster' | 'sentinel';
  readonly tls: boolean;
  readonly hosts: readonly { readonly host: string; readonly port: number }[];
  readonly username: string | undefined;
  readonly password: string | undefined;
  /** 0 to 15; a cluster has only 0. */
  readonly database: number;
  /** The sentinels' name of the master; empty without sentinels. */
  readonly master: string;
  /** Prefix of every key, so that several programs (or relays) can share a Redis. */
  readonly prefix: string;
}

const ports = { server: 6379, cluster: 6379, sentinel: 26379 } as const;
const shape =
  /^redis(?<tls>s?)(?:\+(?<kind>cluster|sentinel))?:\/\/(?:(?<user>[^:@/]*)(?::(?<password>[^@/]*))?@)?(?<hosts>[^/?#@]+)(?<path>(?:\/[^?#]*)?)(?:\?(?<query>[^#]*))?$/;

const help =
  'Use redis://[user:password@]host[:port][/database], rediss:// for TLS, redis+cluster://host:port,host:port or redis+sentinel://host:port,host:port/master[/database].';

/**
 * Reads `redis[s][+cluster|+sentinel]://[user:password@]host[:port],…[/master][/database][?prefix=…]`.
 * Throws StoreRefused, without the password, for anything else.
 */
export function parseRedisUrl(url: string): RedisAddress {
  const groups = shape.exec(url)?.groups;
  if (groups === undefined) throw new StoreRefused(`This is no address of a Redis. ${help}`);
  const is = (groups.kind ?? 'server') as RedisAddress['is'];
  const hosts = (groups.hosts ?? '').split(',').map((text) => parseHost(text, ports[is]));
  if (is === 'server' && hosts.length > 1) throw new StoreRefused(`A single Redis has one host. ${help}`);
  const parts = (groups.path ?? '').split('/').filter((part) => part !== '');
  const master = is === 'sentinel' ? literalPart(parts.shift() ?? '') : '';
  if (is === 'sentinel' && master === '') throw new StoreRefused(`The name of the master is missing. ${help}`);
  return {
    is,
    hosts,
    master,
    tls: groups.tls === 's',
    username: decoded(groups.user),
    password: decoded(groups.password),
    database: parseDatabase(parts, is),
    prefix: parsePrefix(groups.query),
  };
}

function parseHost(text: string, defaultPort: number): { host: string; port: number } {
  const [, host = '', port = ''] = /^(\[[0-9a-f:.]+\]|[^:[\]]+)(?::(\d{1,5}))?$/i.exec(text) ?? [];
  const number = port === '' ? defaultPort : Number(port);
  if (host === '' || number < 1 || number > 65535) throw new StoreRefused(`"${text}" is no host of a Redis. ${help}`);
  return { host: host.replace(/^\[|\]$/g, ''), port: number };
}

function decoded(text: string | undefined): string | undefined {
  return text === undefined || text === '' ? undefined : literalPart(text);
}

function parseDatabase(parts: readonly string[], is: RedisAddress['is']): number {
  const [text = '0', ...more] = parts;
  if (!/^\d{1,3}$/.test(text) || more.length > 0)
    throw new StoreRefused(`"${parts.join('/')}" is no database. ${help}`);
  if (is === 'cluster' && Number(text) !== 0) throw new StoreRefused('A cluster has only database 0.');
  return Number(text);
}

function parsePrefix(query: string | undefined): string {
  const { prefix = 'sallyport', ...others } = Object.fromEntries(new URLSearchParams(query));
  if (Object.keys(others).length > 0)
    throw new StoreRefused(`A Redis's address takes ?prefix= and nothing else. ${help}`);
  if (!/^[\w.-]{1,64}$/.test(prefix))
    throw new StoreRefused('The prefix is 1 to 64 letters, digits, dots, dashes or underscores.');
  return prefix;
}
