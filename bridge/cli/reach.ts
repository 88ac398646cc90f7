/** How the commands reach a relay: proxy, certificates, and this machine's name. */
import { hostname } from 'node:os';
import { resolve } from 'node:path';
import * as v from 'valibot';
import { shownAddress } from '#contract/address-parts.ts';
import { Name } from '#contract/document.ts';
import { UsageError } from '#contract/options.ts';
import { reasonOf } from '#contract/reason.ts';
import { keepNetwork, readNetwork } from '../net/network-settings.ts';
import { chooseProxy } from '../net/proxy.ts';
import { trustRoots } from '../net/trust.ts';
import { createWayFinder, type WayFinder } from '../net/ways.ts';

/** Finds the ways to a relay: by `--pac`, else by the PAC file that `folder` keeps, the environment, the system. Throws a UsageError. */
export function waysTo(
  origin: URL,
  { pac }: { readonly pac?: string | undefined },
  env: Readonly<Record<string, string | undefined>>,
  folder: string,
): WayFinder {
  const named = pac === undefined ? readNetwork(folder).pac : placeOfPac(pac);
  try {
    // Says at once that a variable is invalid, and not in mid-connection.
    if (named === undefined) chooseProxy(origin, env);
  } catch (error) {
    throw new UsageError(reasonOf(error), { cause: error });
  }
  return createWayFinder(origin, { env, pac: named });
}

export interface NetworkGiven {
  readonly pac?: string | undefined;
  readonly ca?: string | undefined;
}

/** Keeps what `--pac` and `--ca` say for later runs on this data folder; `none` forgets it. */
export async function rememberNetwork({ pac, ca }: NetworkGiven, folder: string): Promise<void> {
  await keepNetwork(folder, {
    ...(pac !== undefined && { pac: placeOfPac(pac) }),
    ...(ca !== undefined && { ca: placeOfCa(ca) }),
  });
}

function placeOfCa(ca: string): string | undefined {
  return ca === 'none' ? undefined : resolve(ca);
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

/** Trusts more root certificates for the life of the process: those of `--ca`, else those that `folder` keeps. Throws a UsageError. */
export function trust({ ca }: NetworkGiven, folder: string): void {
  const file = ca === undefined ? readNetwork(folder).ca : placeOfCa(ca);
  try {
    trustRoots(file);
  } catch (error) {
    const why = reasonOf(error);
    const kept = ca === undefined ? ' It was named before with --ca; `--ca none` forgets it.' : '';
    throw new UsageError(`--ca: ${why.replace(/\.?$/, '.')}${kept}`, { cause: error });
  }
}

/** This machine's name: as given, else its host name. Throws a UsageError. */
export function machineName(given: string | undefined): string {
  const parsed = v.safeParse(Name, given ?? hostname());
  if (parsed.success) return parsed.output;
  if (given !== undefined) throw new UsageError(`--name: ${parsed.issues[0].message}.`);
  return 'machine';
}
