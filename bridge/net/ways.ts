/** Decides which proxies lead to a relay, and says who decided: `--pac`, a variable, the system's settings, or nobody. What may change while a bridge runs (a PAC file, settings) is looked at again. */
import { limits } from '#contract/limits.ts';
import { reasonOf } from '#contract/reason.ts';
import { createFailedHops } from './failed-hops.ts';
import { Interruption } from './interruption.ts';
import { evaluatePac } from './pac/evaluate.ts';
import { type PacHops, parsePacAnswer } from './pac/parse.ts';
import {
  bareHost,
  chooseProxy,
  exemptBy,
  isLoopback,
  type ProxyServer,
  portOf,
  proxyName,
  variableFor,
} from './proxy.ts';
import { type PacText, readPac, shownPac } from './read-pac.ts';
import { proxyOfSystem, type RunCommand, readSystemProxies } from './system-proxy.ts';

/** The ways to a relay. */
export interface Ways {
  /** In the order in which they are tried; undefined is a direct connection. */
  readonly hops: readonly (ProxyServer | undefined)[];
  /** Who decided. `nobody`: no proxy is set, or none is needed. */
  readonly by: 'environment' | 'pac' | 'system' | 'nobody';
  /** The decision's place, for people: a variable, a PAC file, "the settings of macOS". */
  readonly source: string;
  /** What a person should know beside it. */
  readonly note?: string;
}

export interface WayFinder {
  /** The ways now. Throws an Interruption if a PAC file cannot be used, or a TypeError that names an invalid setting. */
  find(): Promise<Ways>;
  /** The last ways found. */
  last(): Ways | undefined;
  /** A hop failed: for a while it comes after the others, and PAC and settings are read again. */
  failed(hop: ProxyServer | undefined): void;
}

export interface WayOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Address or path of a PAC file. */
  readonly pac?: string | undefined;
  readonly platform?: NodeJS.Platform;
  readonly run?: RunCommand;
  readonly clock?: () => number;
}

/** The one place that decides. Nothing is read before the first `find`. */
export function createWayFinder(origin: URL, options: WayOptions): WayFinder {
  const { clock = performance.now.bind(performance) } = options;
  const pacs = new Map<string, PacKept>();
  const failures = createFailedHops(clock);
  let found: { readonly ways: Ways; readonly until: number } | undefined;
  const decide = async () => {
    const ways = await decideWays(origin, options, (where, source) => askPac(origin, where, source, pacs));
    found = { ways, until: clock() + limits.waysFreshMs };
    return ways;
  };
  return {
    find: async () => {
      const ways = found !== undefined && clock() < found.until ? found.ways : await decide();
      return { ...ways, hops: failures.sorted(ways.hops) };
    },
    last: () => found?.ways,
    failed: (hop) => {
      failures.add(hop);
      if (found !== undefined) found = { ways: found.ways, until: 0 };
    },
  };
}

/** A finder of one fixed way. */
export function fixedWay(proxy: ProxyServer | undefined): WayFinder {
  const ways: Ways = { hops: [proxy], by: proxy ? 'environment' : 'nobody', source: proxy?.source ?? '' };
  return { find: async () => ways, last: () => ways, failed: () => undefined };
}

/** The ways in a sentence: "http://proxy:3128 (from HTTPS_PROXY), then directly". */
export function sayWays({ hops, note }: Ways): string {
  const said = hops.map((hop) => (hop === undefined ? 'directly' : proxyName(hop))).join(', then ');
  return note === undefined ? said : `${said}. ${note}`;
}

type AskPac = (where: string, source: string) => Promise<PacHops>;

async function decideWays(origin: URL, { env, pac, platform, run }: WayOptions, ask: AskPac): Promise<Ways> {
  if (isLoopback(bareHost(origin))) return { hops: [undefined], by: 'nobody', source: 'this machine' };
  if (pac !== undefined) {
    const source = `the PAC file ${shownPac(pac)}`;
    const { hops, ...note } = await ask(pac, source);
    return { hops: withPasswords(hops, origin, env), by: 'pac', source, ...note };
  }
  const proxy = chooseProxy(origin, env);
  if (proxy !== undefined) return { hops: [proxy], by: 'environment', source: proxy.source };
  const exempt = exemptBy(origin, env);
  if (exempt !== undefined) return { hops: [undefined], by: 'environment', source: exempt };
  return await systemWays(origin, platform ?? process.platform, run, ask);
}

async function systemWays(
  origin: URL,
  platform: NodeJS.Platform,
  run: RunCommand | undefined,
  ask: AskPac,
): Promise<Ways> {
  const settings = await readSystemProxies(platform, run);
  if (settings === undefined) return { hops: [undefined], by: 'nobody', source: 'no proxy is set' };
  const { source, pac, wpad } = settings;
  if (pac !== undefined) {
    const named = `the PAC file ${shownPac(pac)} in ${source}`;
    try {
      return { ...(await ask(pac, named)), by: 'system', source: named };
    } catch (error) {
      // Nobody named this file to Sallyport, so a direct connection is tried without it.
      const note = reasonOf(error);
      return { hops: [proxyOfSystem(origin, settings)], by: 'system', source, note };
    }
  }
  const proxy = proxyOfSystem(origin, settings);
  if (proxy !== undefined) return { hops: [proxy], by: 'system', source };
  const wanted = `${source} ask for WPAD, which Sallyport never uses: name the proxy in HTTPS_PROXY, or the file by --pac.`;
  return { hops: [undefined], by: 'nobody', source: 'no proxy is set', ...(wpad && { note: wanted }) };
}

interface PacKept {
  readonly file: PacText;
  readonly answered: PacHops;
}

/** A file with one of these may answer otherwise the next time. */
const unsteady = /dnsResolve|isInNet|isResolvable|myIpAddress|Range|Date|random/;

/** The hops that a PAC file gives. If it cannot be read any more, its last hops hold. */
async function askPac(origin: URL, where: string, source: string, kept: Map<string, PacKept>): Promise<PacHops> {
  const known = kept.get(where);
  try {
    const file = await readPac(where, known?.file).catch((error: unknown) => {
      if (known === undefined) throw error;
      return known.file;
    });
    if (file === known?.file && !unsteady.test(file.text)) return known.answered;
    const answer = await evaluatePac(file.text, origin);
    const answered = parsePacAnswer(answer, { source, variable: variableFor(origin) });
    kept.set(where, { file, answered });
    return answered;
  } catch (error) {
    const why = reasonOf(error);
    const sentence = `The PAC file ${shownPac(where)} cannot be used: ${why}.`;
    throw new Interruption(sentence, { breakage: 'refused', cause: error });
  }
}

/** A PAC file cannot hold passwords: a variable that names the same proxy lends them. */
function withPasswords(hops: Ways['hops'], origin: URL, env: WayOptions['env']): Ways['hops'] {
  const lender = chooseProxy(origin, { ...env, NO_PROXY: '', no_proxy: '' });
  if (lender === undefined || lender.url.username === '') return hops;
  return hops.map((hop) => {
    if (hop === undefined || !isSameProxy(hop.url, lender.url)) return hop;
    const url = new URL(hop.url);
    url.username = lender.url.username;
    url.password = lender.url.password;
    return { ...hop, url };
  });
}

/** The same port of the same host, spoken to in the same way: a password that belongs to TLS must not go out in plain text. */
function isSameProxy(a: URL, b: URL): boolean {
  return a.protocol === b.protocol && bareHost(a) === bareHost(b) && portOf(a) === portOf(b);
}
