/** Finds out who is to be examined, from the command line, the environment and the data folder, and creates nothing. What cannot be used is told by a check and stops nothing. */
import { join, resolve } from 'node:path';
import { limits } from '#contract/limits.ts';
import { reasonOf } from '#contract/reason.ts';
import { readCredentials, readKeyFile } from '../data/data-folder.ts';
import { createKeptProjects } from '../data/kept-projects.ts';
import { parseRelayUrl } from '../net/address.ts';
import { readNetwork } from '../net/network-settings.ts';
import { chooseProxy, type ProxyServer, proxyName } from '../net/proxy.ts';
import { createWayFinder, type Ways } from '../net/ways.ts';
import { discoverProjects } from '../projects/discover.ts';
import type { Env } from '../projects/registries.ts';
import { environmentOfService } from '../service/kept-environment.ts';
import { findServiceHere, type ServiceHere } from './service-here.ts';

/** Who is examined: what the command line, the environment and the data folder say. */
export interface Patient {
  readonly env: Env;
  /** Absolute path of the data folder, which may not exist. */
  readonly data: string;
  /** The relay's address; undefined where none is known. */
  readonly origin: URL | undefined;
  /** Why the address cannot be used. */
  readonly addressTrouble?: string | undefined;
  readonly key: string | undefined;
  /** The relay's pinned identity key, and this machine's id there. */
  readonly relayKey?: string | undefined;
  readonly machine?: string | undefined;
  readonly proxy: ProxyServer | undefined;
  /** All ways to the relay and who says so; `proxy` is on the first. */
  readonly ways?: Ways | undefined;
  /** The service that is installed for this data folder: its settings are examined, and the fixes are for it. */
  readonly service?: ServiceHere | undefined;
  /** The proxy that this terminal has and the service has not. */
  readonly terminalProxy?: string | undefined;
  /** Why root certificates that are kept cannot be used. */
  readonly caTrouble?: string | undefined;
  /** Why the setting of a proxy cannot be used. */
  readonly proxyTrouble?: string | undefined;
  /** Absolute paths of the projects. */
  readonly roots: readonly string[];
  /** Deadline of each step of a connection, in ms. */
  readonly connectMs: number;
  /** How long a held request is tried, in ms. */
  readonly holdMs: number;
}

/** The ways to the relay in their order; undefined is a direct connection. */
export function hopsOf({ ways, proxy }: Pick<Patient, 'ways' | 'proxy'>): Ways['hops'] {
  return ways?.hops ?? [proxy];
}

/** What a command line may say. */
export interface Given {
  readonly data: string;
  readonly url?: string | undefined;
  readonly key?: string | undefined;
  readonly keyFile?: string | undefined;
  /** Address or path of a PAC file, or `none`. */
  readonly pac?: string | undefined;
  readonly caTrouble?: string | undefined;
  readonly allowInsecure?: boolean | undefined;
  readonly holdMs?: number | undefined;
}

/** A machine to examine. A key is used only with the relay that it was given for. */
export async function openPatient(given: Given, terminal: Env): Promise<Patient> {
  const service = await findServiceHere(given.data, terminal);
  const [env = terminal, environmentTrouble] = attempt(() =>
    service === undefined ? terminal : environmentOfService(given.data, terminal),
  );
  const [kept, keptTrouble] = attempt(() => readCredentials(given.data));
  const address = given.url ?? kept?.url;
  const [origin, addressTrouble = keptTrouble] = attempt(() =>
    address === undefined ? undefined : parseRelayUrl(address, { allowInsecure: given.allowInsecure ?? false }),
  );
  const { ways, proxyTrouble = environmentTrouble } = await findWays(origin, given, env);
  const isSame = origin !== undefined && kept !== undefined && URL.parse(kept.url)?.origin === origin.origin;
  const own = keyFrom(given) ?? (isSame ? keyFrom(kept) : undefined);
  return {
    env,
    service,
    terminalProxy: service && origin && terminalProxy(origin, terminal, ways),
    caTrouble: given.caTrouble,
    data: given.data,
    origin,
    addressTrouble,
    proxy: ways?.hops[0],
    ways,
    proxyTrouble,
    key: own?.key,
    relayKey: own?.relayKey ?? (isSame ? kept.relayKey : undefined),
    machine: isSame ? kept.machine : undefined,
    roots: await rootsOf(given.data, env),
    connectMs: limits.connectMs / 2,
    holdMs: given.holdMs ?? limits.holdMs,
  };
}

/** The result, or the sentence of the error. */
function attempt<Value>(run: () => Value): readonly [Value | undefined, string | undefined] {
  try {
    return [run(), undefined];
  } catch (error) {
    return [undefined, reasonOf(error)];
  }
}

/** What a terminal names and the service does not. */
function terminalProxy(origin: URL, terminal: Env, ways: Ways | undefined): string | undefined {
  const [chosen] = attempt(() => chooseProxy(origin, terminal));
  const isSame = ways?.hops.some((hop) => hop?.url.href === chosen?.url.href);
  return chosen === undefined || isSame ? undefined : proxyName(chosen);
}

async function findWays(origin: URL | undefined, { pac, data }: Given, env: Env) {
  if (origin === undefined) return {};
  try {
    const named = pac === 'none' ? undefined : (pac ?? readNetwork(data).pac);
    return { ways: await createWayFinder(origin, { env, pac: named }).find() };
  } catch (error) {
    return { proxyTrouble: reasonOf(error) };
  }
}

function keyFrom({ key, keyFile }: Pick<Given, 'key' | 'keyFile'>): ReturnType<typeof readKeyFile> | undefined {
  if (key !== undefined) return { key };
  if (keyFile === undefined) return undefined;
  return attempt(() => readKeyFile(resolve(keyFile)))[0];
}

async function rootsOf(data: string, env: Env): Promise<readonly string[]> {
  const [kept = []] = attempt(() => createKeptProjects(join(data, 'projects.json')).all());
  if (kept.length > 0) return kept.flatMap(({ root, removed }) => (removed === true ? [] : [root]));
  return await discoverProjects(undefined, env).catch(() => []);
}
