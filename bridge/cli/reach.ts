/** How the commands reach a relay: proxy, certificates, and this machine's name. */
import { hostname } from 'node:os';
import { resolve } from 'node:path';
import * as v from 'valibot';
import { shownAddress } from '#contract/address-parts.ts';
import { Name } from '#contract/document.ts';
import { UsageError } from '#contract/options.ts';
import { chooseProxy } from '../net/proxy.ts';
import { trustRoots } from '../net/trust.ts';
import { createWayFinder, type WayFinder } from '../net/ways.ts';
import { keepPac, readPacKept } from '../network-settings.ts';

/** Finds the ways to a relay: by `--pac`, else by the PAC file that `folder` keeps, the environment, the system. Throws a UsageError. */
export function waysTo(
  origin: URL,
  { pac }: { readonly pac?: string | undefined },
  env: Readonly<Record<string, string | undefined>>,
  folder: string,
): WayFinder {
  const named = pac === undefined ? readPacKept(folder) : placeOfPac(pac);
  try {
    // Says at once that a variable is invalid, and not in mid-connection.
    if (named === undefined) chooseProxy(origin, env);
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error), { cause: error });
  }
  return createWayFinder(origin, { env, pac: named });
}

/** Keeps the PAC file of `--pac` for later runs on this data folder; `none` forgets it. */
export async function rememberPac({ pac }: { readonly pac?: string | undefined }, folder: string): Promise<void> {
  if (pac !== undefined) await keepPac(folder, placeOfPac(pac));
}

/** An address, or an absolute path; undefined for `none`. Throws a UsageError. */
function placeOfPac(pac: string): string | undefined {
  if (pac === 'none') return undefined;
  if (/^(?:https?|file):\/\//i.test(pac)) {
    if (URL.canParse(pac)) return pac;
    throw new UsageError(`--pac: "${shownAddress(pac)}" is no address.`);
  }
  return resolve(pac);
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
