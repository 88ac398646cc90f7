/** What of a finding may leave the machine: every member may see it, so no folder of the machine goes along, no key and no password. Pure. */
import type { ResultOf } from '#contract/kinds/index.ts';
import { printable } from '#contract/printable.ts';
import { signInOf } from '../net/proxy.ts';
import type { Patient } from './patient.ts';
import type { Examined } from './run-doctor.ts';

type Item = ResultOf<'doctor'>['items'][number];

const lengthMax = 1000;
const there = { says: 'Run this on the machine. It says more there:', copy: 'sallyport doctor' };

/** Paths that are the same on every machine. */
const common = /\/etc\/sysctl\.d\/60-sallyport\.conf/g;
const address = /\bhttps?:\/\/[^\s?@]*/g;
/** An absolute path, one from a home folder, of a drive or of a share. */
const path = /(?:^|[^\w.~/-])(?:~?\/[^\s/]|[A-Za-z]:[\\/]|\\\\|file:)/;
/** An address with a name before its host, or with a query. */
const loadedAddress = /:\/\/(?!NAME:PASSWORD@)\S*[?@]\S/;
const anyKey = /\bsp[a-z]_\w{16,}/;

/** One finding. `secrets` are texts that must not be in it. A sentence or a fix that must not leave is replaced as a whole. */
export function forMembers(examined: Examined, secrets: readonly string[]): Item {
  const { name, title, group, state } = examined;
  const clean = (text: string) => isClean(text, secrets);
  const says = sentenceOf(examined);
  const fix = 'fix' in examined ? examined.fix : undefined;
  const mayGo = fix !== undefined && clean(fix.copy) && clean(fix.says ?? '');
  const shown = clean(says) ? says : 'What it found names a place on the machine.';
  const item = { name, title, group, state, says: printable(shown, lengthMax) };
  if (fix === undefined) return item;
  if (!mayGo || fix.copy.length > lengthMax) return { ...item, fix: there };
  return {
    ...item,
    fix: { copy: printable(fix.copy), ...(fix.says !== undefined && { says: printable(fix.says, lengthMax) }) },
  };
}

/** Files of a project may be among those that its rules keep on the machine: `afar` says it without their names. */
function sentenceOf(examined: Examined): string {
  return ('afar' in examined ? examined.afar : undefined) ?? examined.says;
}

function isClean(text: string, secrets: readonly string[]): boolean {
  if (secrets.some((secret) => text.includes(secret)) || anyKey.test(text) || loadedAddress.test(text)) return false;
  return !path.test(text.replaceAll(common, '').replaceAll(address, ''));
}

/** What of this machine must be in no sentence: the key, the passwords of its proxies, its folders. */
export function secretsOf({ key, ways, proxy, data, roots, env }: Patient): readonly string[] {
  const passwords = [proxy, ...(ways?.hops ?? [])].flatMap((hop) =>
    hop === undefined ? [] : [hop.url.password, signInOf(hop)?.password],
  );
  return [key, ...passwords, data, ...roots, env.HOME, env.USERPROFILE].filter(
    (secret): secret is string => secret !== undefined && secret.length > 1,
  );
}
