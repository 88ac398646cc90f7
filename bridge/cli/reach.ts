/** How the commands reach a relay: proxy, certificates, and this machine's name. */
import { hostname } from 'node:os';
import * as v from 'valibot';
import { Name } from '#contract/document.ts';
import { UsageError } from '#contract/options.ts';
import { chooseProxy, type ProxyServer } from '../net/proxy.ts';
import { trustRoots } from '../net/trust.ts';

/** The proxy on the way to a relay, as the environment names it. Throws a UsageError. */
export function proxyFor(origin: URL, env: Readonly<Record<string, string | undefined>>): ProxyServer | undefined {
  try {
    return chooseProxy(origin, env);
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error), { cause: error });
  }
}

/** Trusts more root certificates for the life of the process. Throws a UsageError. */
export function trust(caFile: string | undefined): void {
  try {
    trustRoots(caFile);
  } catch (error) {
    throw new UsageError(`--ca: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}

/** This machine's name: as given, else its host name. Throws a UsageError. */
export function machineName(given: string | undefined): string {
  const parsed = v.safeParse(Name, given ?? hostname());
  if (parsed.success) return parsed.output;
  if (given !== undefined) throw new UsageError(`--name: ${parsed.issues[0].message}.`);
  return 'machine';
}
