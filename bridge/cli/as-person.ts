/** What every command of a person with an API key does: reaches the relay with it, and says refusals and failures of the network as a message and an exit code. */
import { parseKey } from '#contract/key.ts';
import { type OptionValues, UsageError } from '#contract/options.ts';
import { Problem } from '#contract/problems.ts';
import { defaultDataFolder, readCredentials, readKeyFile } from '../data/data-folder.ts';
import { readHere } from '../data/here.ts';
import { parseRelayUrl } from '../net/address.ts';
import { type Client, createClient } from '../net/client.ts';
import { Interruption } from '../net/interruption.ts';
import { createRelayProof } from '../net/relay-proof.ts';
import { exitCodeForPerson, exitCodes } from '../system/exit-codes.ts';
import type { personOptions } from './options.ts';
import { coded, printError } from './output.ts';
import { trust, waysTo } from './reach.ts';

type Env = Readonly<Record<string, string | undefined>>;

/** Runs with a client that has the person's key. Refusals of the relay and failures of the network end with a message and an exit code. */
export async function withRelay(
  values: OptionValues<typeof personOptions>,
  env: Env,
  act: (client: Client, origin: URL) => Promise<void>,
): Promise<number> {
  // What `npm start` runs on this machine, unless another relay is named.
  const here = values.url === undefined ? readHere(env) : undefined;
  const url = values.url ?? here?.url;
  if (url === undefined)
    throw new UsageError('Where is the relay? Start one here with npm start, or set --url https://… or SALLYPORT_URL.');
  const keyFile = values.apiKeyFile ?? here?.keyFile;
  const key = values.apiKey ?? (keyFile === undefined ? undefined : readKeyFile(keyFile).key);
  if (key === undefined) throw new UsageError('The API key is missing. Set --api-key-file FILE or SALLYPORT_API_KEY.');
  if (parseKey(key) !== 'spu') throw new UsageError("This is not a person's key (spu_…). A character may be missing.");
  const origin = parseRelayUrl(url, values);
  // The machine's own bridge may have pinned this relay.
  const folder = defaultDataFolder(env);
  trust(values, folder);
  const kept = readCredentials(folder);
  const proof = createRelayProof(kept && new URL(kept.url).origin === origin.origin ? kept.relayKey : undefined);
  await using client = createClient({ origin, key, proof, proxy: waysTo(origin, values, env, folder) });
  try {
    await act(client, origin);
    return exitCodes.ok;
  } catch (error) {
    if (error instanceof Interruption) {
      printError(error.message);
      return exitCodes.network;
    }
    if (!(error instanceof Problem)) throw error;
    printError(`${coded(error.message, error.code)} ${error.toJson().hint}`);
    return exitCodeForPerson(error);
  }
}

/** All items of a list that comes in pages. */
export async function everyPage<Item>(
  read: (after: string | undefined) => Promise<{ readonly items: readonly Item[]; readonly next?: string | undefined }>,
): Promise<Item[]> {
  const items: Item[] = [];
  let after: string | undefined;
  do {
    const page = await read(after);
    items.push(...page.items);
    after =
      page.next === undefined ? undefined : (new URL(page.next, 'http://x').searchParams.get('after') ?? undefined);
  } while (after !== undefined);
  return items;
}
