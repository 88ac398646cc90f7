/** `sallyport update --check`: compares this version with that of a release address. It installs nothing, and asks nobody unless an address is named. */
import { resolve } from 'node:path';
import { shownAddress } from '#contract/address-parts.ts';
import { type OptionValues, UsageError } from '#contract/options.ts';
import { VERSION } from '#contract/version.ts';
import { defaultDataFolder } from '../data/data-folder.ts';
import { Interruption } from '../net/interruption.ts';
import { bareHost, isLoopback } from '../net/proxy.ts';
import { isNewer, readRelease } from '../net/read-release.ts';
import { exitCodes } from '../system/exit-codes.ts';
import type { updateOptions } from './options.ts';
import { printError, printJson, printLine } from './output.ts';
import { trust, waysTo } from './reach.ts';

type Env = Readonly<Record<string, string | undefined>>;
type Values = OptionValues<typeof updateOptions>;

/** Runs the command; resolves to the exit code. Throws a UsageError. */
export async function update(values: Values, words: readonly string[], env: Env): Promise<number> {
  if (words.length > 0) throw new UsageError(`update takes no "${words[0]}".`);
  if (!values.check) throw new UsageError('update takes --check: it compares versions, and installs nothing.');
  const address = addressOf(values);
  const folder = resolve(values.data ?? defaultDataFolder(env));
  trust(values, folder);
  try {
    const newest = await readRelease(address, waysTo(new URL(address.origin), values, env, folder));
    const releases = shownAddress(address.href);
    if (values.json) printJson({ version: VERSION, newest, isNewer: isNewer(newest, VERSION), releases });
    else printLine(sentenceFor(newest));
    return exitCodes.ok;
  } catch (error) {
    if (!(error instanceof Interruption)) throw error;
    printError(`Whether there is a newer version is not known. ${error.message}`);
    return exitCodes.network;
  }
}

function sentenceFor(newest: string): string {
  if (isNewer(newest, VERSION))
    return `There is a newer version: ${newest}. This is ${VERSION}. Install it as you have installed this one, then: sallyport service install`;
  if (newest === VERSION) return `This is the newest version: ${VERSION}.`;
  return `This version, ${VERSION}, is newer than the newest release there, ${newest}.`;
}

/** Whoever can change the answer can hide a release, so plain http is taken only on purpose. */
function addressOf({ releases, allowInsecure }: Values): URL {
  if (releases === undefined)
    throw new UsageError('Where are the releases? Set --releases https://…/releases.json or SALLYPORT_RELEASES.');
  const url = URL.parse(releases);
  if (url === null || !['https:', 'http:'].includes(url.protocol) || url.username !== '' || url.password !== '')
    throw new UsageError(
      `--releases takes an address such as https://example.com/releases.json, not "${shownAddress(releases)}".`,
    );
  if (url.protocol === 'http:' && !isLoopback(bareHost(url)) && !allowInsecure)
    throw new UsageError(`${url.origin} is plain http: anyone on the way could change the answer. Use https://.`);
  return url;
}
