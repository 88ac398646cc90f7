/** The relay's options, declared once: `--help`, the environment and the docs use this table. */
import { homedir } from 'node:os';
import { join } from 'node:path';
import { shownAddress } from '#contract/address-parts.ts';
import { limits } from '#contract/limits.ts';
import { defineOptions, helpText, type OptionValues, parseOptions, UsageError } from '#contract/options.ts';
import type { OidcConfig } from './identity/oidc-flow.ts';

export const logLevels = ['debug', 'info', 'warn', 'error'] as const;
export type LogLevel = (typeof logLevels)[number];

export const apiOptions = defineOptions({
  port: {
    type: 'integer',
    value: 'N',
    default: 8787,
    min: 0,
    max: 65535,
    env: 'SALLYPORT_PORT',
    help: 'Port to listen on; 0 takes a free one.',
  },
  listen: {
    type: 'text',
    value: 'ADDRESS',
    default: '127.0.0.1',
    env: 'SALLYPORT_LISTEN',
    help: 'Address to listen on.',
  },
  data: {
    type: 'text',
    value: 'DIR',
    env: 'SALLYPORT_DATA',
    help: "Folder for the store and the owner's key. Default: the platform's data folder.",
  },
  store: {
    type: 'text',
    value: 'URL',
    env: 'SALLYPORT_STORE',
    help: 'The store: sqlite:FILE or redis://HOST (also rediss, redis+cluster, redis+sentinel). Default: a file in the data folder.',
  },
  acceptEmptyStore: {
    type: 'flag',
    help: "Start with an empty store although the data folder has an owner's key. All accounts, keys and machines start over.",
  },
  publicUrl: {
    type: 'text',
    value: 'URL',
    env: 'SALLYPORT_PUBLIC_URL',
    help: 'The address that people use, such as https://relay.example. Links and cookies use it. X-Forwarded-For is trusted from a proxy on this machine.',
  },
  behindProxy: {
    type: 'flag',
    env: 'SALLYPORT_BEHIND_PROXY',
    help: 'A reverse proxy on a private address terminates TLS. X-Forwarded-* is trusted from it.',
  },
  allowInsecure: {
    type: 'flag',
    env: 'SALLYPORT_ALLOW_INSECURE',
    help: 'Serve plain HTTP beyond this machine. Anyone on the network path can read and change everything.',
  },
  tlsCert: { type: 'text', value: 'FILE', env: 'SALLYPORT_TLS_CERT', help: 'Certificate chain (PEM), with --tls-key.' },
  tlsKey: { type: 'text', value: 'FILE', env: 'SALLYPORT_TLS_KEY', help: 'Private key (PEM), with --tls-cert.' },
  allowedHost: {
    type: 'text',
    value: 'HOST',
    repeatable: true,
    env: 'SALLYPORT_ALLOWED_HOSTS',
    help: 'Another host name that the relay serves, besides localhost and the public URL.',
  },
  allowOutbound: {
    type: 'text',
    value: 'HOST:PORT',
    repeatable: true,
    env: 'SALLYPORT_ALLOW_OUTBOUND',
    help: 'Another address that push and webhooks may use, also on a private network or without TLS. Default: public https:// addresses alone.',
  },
  oidcIssuer: {
    type: 'text',
    value: 'URL',
    env: 'SALLYPORT_OIDC_ISSUER',
    help: 'OpenID Connect provider that people can sign in with. Its redirect URI is the public URL with a slash at the end.',
  },
  oidcClientId: {
    type: 'text',
    value: 'ID',
    env: 'SALLYPORT_OIDC_CLIENT_ID',
    help: 'Client id of this relay at the provider.',
  },
  oidcClientSecret: {
    type: 'text',
    value: 'SECRET',
    env: 'SALLYPORT_OIDC_CLIENT_SECRET',
    help: 'Client secret, if the provider requires one. Others on this machine can see a command line, so set the variable instead.',
  },
  oidcRole: {
    type: 'text',
    value: 'ROLE',
    choices: ['viewer', 'member', 'admin'],
    env: 'SALLYPORT_OIDC_ROLE',
    help: 'Role of people who sign in through the provider for the first time. Without it, only members who have linked their account can sign in.',
  },
  requestsPerMinute: {
    type: 'integer',
    value: 'N',
    default: limits.requestsPerMinuteMax,
    min: 1,
    max: 10_000_000,
    env: 'SALLYPORT_REQUESTS_PER_MINUTE',
    help: 'Requests per minute for one key or session at this process; an address without either gets a tenth. More get 429.',
  },
  streamsPerPerson: {
    type: 'integer',
    value: 'N',
    default: limits.streamsPerPersonMax,
    min: 20,
    max: 10_000_000,
    env: 'SALLYPORT_STREAMS_PER_PERSON',
    help: 'Open streams per person at this process, over all keys and sessions, and ten times as many waiting requests. An organisation gets 40 times the streams, and twice as many waiting requests. More get 429.',
  },
  logLevel: {
    type: 'text',
    value: 'LEVEL',
    choices: logLevels,
    default: 'warn',
    env: 'SALLYPORT_LOG_LEVEL',
    help: 'Lowest level to log, one JSON line per event on stderr.',
  },
  metrics: {
    type: 'text',
    value: 'HOST:PORT',
    env: 'SALLYPORT_METRICS',
    help: 'Serve /metrics for Prometheus on this address, such as 127.0.0.1:9464. Without it, there are no metrics.',
  },
  json: { type: 'flag', help: 'Print one JSON line once the relay is up: {url, signInLink, apiKey, metrics}.' },
  help: { type: 'flag', short: 'h', help: 'Print this and stop.' },
  version: { type: 'flag', help: 'Print the version and stop.' },
});

/** What the relay starts with. */
export interface ApiConfig {
  readonly port: number;
  readonly listen: string;
  readonly data: string;
  /** URL of the store. */
  readonly store: string | undefined;
  readonly acceptEmptyStore: boolean;
  /** An origin, without a path. */
  readonly publicUrl: URL | undefined;
  readonly behindProxy: boolean;
  readonly allowInsecure: boolean;
  /** PEM files. */
  readonly tls: { readonly cert: string; readonly key: string } | undefined;
  readonly allowedHosts: readonly string[];
  /** Each `host:port`, in lower case. */
  readonly allowOutbound: readonly string[];
  readonly oidc: OidcConfig | undefined;
  readonly requestsPerMinute: number;
  readonly streamsPerPerson: number;
  readonly logLevel: LogLevel;
  /** Where /metrics is served. */
  readonly metrics: { readonly host: string; readonly port: number } | undefined;
}

/** What a command line asks for. */
export type Todo =
  | { readonly is: 'serve' | 'rehandle' | 'help' | 'version' }
  | { readonly is: 'backup'; readonly file: string };

/** The text of `--help`. */
export function apiHelp(): string {
  return helpText(apiOptions, {
    usage: 'sallyport-relay [backup FILE | rehandle] [options]',
    about:
      'Runs the relay: stores what bridges report, queues commands, and serves the app. "backup" copies the store of a running relay to a new file. "rehandle" makes all readers and bridges resync; use it once after you restore the store from a copy.',
  });
}

/** The config of a command line. Throws a UsageError, also for plain HTTP beyond this machine without `--allow-insecure`. */
export function parseConfig(
  argv: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): { readonly config: ApiConfig; readonly json: boolean; readonly todo: Todo } {
  const { values, positionals } = parseOptions(apiOptions, argv, env);
  const todo = values.help
    ? { is: 'help' as const }
    : values.version
      ? { is: 'version' as const }
      : todoOf(positionals);
  return { config: createConfig(values, env), json: values.json, todo };
}

function todoOf([word, ...rest]: readonly string[]): Todo {
  const [file, ...more] = word === 'backup' ? rest : [undefined, ...rest];
  const [surplus] = more;
  if (word !== undefined && word !== 'backup' && word !== 'rehandle')
    throw new UsageError(`"${word}" is not an option; --help lists all.`);
  if (surplus !== undefined) throw new UsageError(`"${surplus}" is not an option; --help lists all.`);
  if (word !== 'backup') return { is: word ?? 'serve' };
  if (file === undefined) throw new UsageError('backup needs a file: sallyport-relay backup FILE.');
  return { is: 'backup', file };
}

function createConfig(
  values: OptionValues<typeof apiOptions>,
  env: Readonly<Record<string, string | undefined>>,
): ApiConfig {
  const config: ApiConfig = {
    port: values.port,
    listen: values.listen,
    data: values.data ?? platformDataFolder(process.platform, env),
    store: values.store,
    acceptEmptyStore: values.acceptEmptyStore,
    publicUrl: parsePublicUrl(values.publicUrl),
    behindProxy: values.behindProxy,
    allowInsecure: values.allowInsecure,
    tls: pairOfTls(values.tlsCert, values.tlsKey),
    allowedHosts: values.allowedHost.map((host) => host.toLowerCase()),
    allowOutbound: values.allowOutbound.map(parseOutbound),
    oidc: parseOidc(values),
    requestsPerMinute: values.requestsPerMinute,
    streamsPerPerson: values.streamsPerPerson,
    logLevel: values.logLevel,
    metrics: parseAddress(values.metrics),
  };
  checkExposure(config);
  return config;
}

/** Throws a UsageError for an incomplete provider, and for plain HTTP beyond this machine. */
function parseOidc({
  oidcIssuer,
  oidcClientId,
  oidcClientSecret,
  oidcRole,
}: OptionValues<typeof apiOptions>): OidcConfig | undefined {
  if (oidcIssuer === undefined && oidcClientId === undefined) return undefined;
  if (oidcIssuer === undefined || oidcClientId === undefined)
    throw new UsageError('--oidc-issuer and --oidc-client-id go together.');
  const issuer = URL.parse(oidcIssuer);
  if (
    issuer === null ||
    !(issuer.protocol === 'https:' || (issuer.protocol === 'http:' && isLoopback(issuer.hostname)))
  )
    throw new UsageError('--oidc-issuer takes an https:// address.');
  return { issuer, clientId: oidcClientId, clientSecret: oidcClientSecret, role: oidcRole as OidcConfig['role'] };
}

function parsePublicUrl(text: string | undefined): URL | undefined {
  if (text === undefined) return undefined;
  const url = URL.parse(text);
  if (url === null || !['https:', 'http:'].includes(url.protocol)) {
    throw new UsageError(`--public-url takes an address such as https://relay.example, not "${shownAddress(text)}".`);
  }
  if (url.pathname !== '/' || url.search !== '' || url.hash !== '' || url.username !== '') {
    throw new UsageError(`--public-url takes only an origin: ${url.origin}.`);
  }
  return url;
}

function parseAddress(text: string | undefined): ApiConfig['metrics'] {
  if (text === undefined) return undefined;
  const [, host, port] = /^(.+):(\d{1,5})$/.exec(text) ?? [];
  if (host === undefined || Number(port) > 65535)
    throw new UsageError(`--metrics takes an address such as 127.0.0.1:9464, not "${shownAddress(text)}".`);
  return { host: host.replace(/^\[|\]$/g, ''), port: Number(port) };
}

function parseOutbound(text: string): string {
  const [, host, port] = /^([^\s/@]+):(\d{1,5})$/.exec(text) ?? [];
  if (host === undefined || Number(port) > 65535)
    throw new UsageError(
      `--allow-outbound takes a host and a port such as ntfy.internal:443, not "${shownAddress(text)}".`,
    );
  return text.toLowerCase();
}

function pairOfTls(cert: string | undefined, key: string | undefined): ApiConfig['tls'] {
  if (cert !== undefined && key !== undefined) return { cert, key };
  if (cert === undefined && key === undefined) return undefined;
  throw new UsageError(cert === undefined ? '--tls-key needs --tls-cert.' : '--tls-cert needs --tls-key.');
}

function checkExposure({ listen, tls, behindProxy, allowInsecure, publicUrl }: ApiConfig): void {
  if (tls === undefined && !isLoopback(listen) && !behindProxy && !allowInsecure) {
    throw new UsageError(
      `Plain HTTP on ${listen} would expose keys to the network. Use --tls-cert and --tls-key, --behind-proxy if a proxy terminates TLS, or --allow-insecure.`,
    );
  }
  if (publicUrl?.protocol === 'http:' && !isLoopback(publicUrl.hostname) && !allowInsecure) {
    throw new UsageError('--public-url is plain http. Use https, or add --allow-insecure.');
  }
}

/** Whether an address or name means this machine alone. */
export function isLoopback(host: string): boolean {
  const bare = host.replace(/^\[|\]$/g, '').replace(/^::ffff:/i, '');
  return bare === 'localhost' || bare === '::1' || /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(bare);
}

/** Where a program keeps its data on this platform. */
export function platformDataFolder(
  platform: NodeJS.Platform,
  env: Readonly<Record<string, string | undefined>>,
  home = homedir(),
): string {
  if (platform === 'win32') return join(env.LOCALAPPDATA || join(home, 'AppData', 'Local'), 'Sallyport');
  if (platform === 'darwin') return join(home, 'Library', 'Application Support', 'Sallyport');
  return join(env.XDG_DATA_HOME || join(home, '.local', 'share'), 'sallyport');
}
