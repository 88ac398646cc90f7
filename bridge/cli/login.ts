/** `sallyport login` and `logout`: gets this machine's key by a code that a person types where they are signed in (RFC 8628), and deletes it. */
import { access, constants } from 'node:fs/promises';
import { resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { renderUnicodeCompact } from 'uqr';
import { type DeviceAuthorization, deviceGrantType, type TokenAnswer } from '#contract/device.ts';
import { type OptionValues, UsageError } from '#contract/options.ts';
import { Problem } from '#contract/problems.ts';
import { type DataFolder, defaultDataFolder, hasCredentials, openDataFolder } from '../data/data-folder.ts';
import { parseRelayUrl } from '../net/address.ts';
import { type Client, createClient } from '../net/client.ts';
import { Interruption } from '../net/interruption.ts';
import { createRelayProof } from '../net/relay-proof.ts';
import { exitCodes } from '../system/exit-codes.ts';
import { systemName } from '../system/system.ts';
import { askYes } from './ask.ts';
import { askToPin, pin } from './devices.ts';
import { onData } from './on-data.ts';
import type { loginOptions, plainOptions } from './options.ts';
import { printError, printJson, printLine, printLines } from './output.ts';
import { machineName, rememberNetwork, trust, waysTo } from './reach.ts';

type Env = Readonly<Record<string, string | undefined>>;

const clientId = 'sallyport-bridge';

/** Asks a relay for a code and waits until a person has approved the machine. Resolves to the exit code. Throws a UsageError. */
export async function login(
  values: OptionValues<typeof loginOptions>,
  [url, ...more]: readonly string[],
  env: Env,
): Promise<number> {
  if (url === undefined || more.length > 0) throw new UsageError('Which relay? sallyport login https://…');
  const origin = parseRelayUrl(url, values);
  const data = await openDataFolder(resolve(values.data ?? defaultDataFolder(env)));
  // Nobody is to approve a machine whose key cannot be kept.
  await access(data.path, constants.W_OK);
  trust(values, data.path);
  // The relay that answers first is pinned. The person who types the code sees which one it is.
  const proof = createRelayProof(undefined);
  await rememberNetwork(values, data.path);
  await using client = createClient({ origin, proof, proxy: waysTo(origin, values, env, data.path) });
  try {
    const machineToKeep = values.replace ? { machine: knownMachine(data, origin) } : {};
    const form = { client_id: clientId, machine_name: machineName(values.name), os: systemName(), ...machineToKeep };
    const asked = await client.call('deviceAuthorization', { body: form });
    show(asked, values.json);
    const token = await untilDecided(client, asked);
    const { access_token, machine, organisation, by } = token;
    if (!values.json) {
      printLine(`Linked as ${machine.name}${wordsOf(token)}.`);
      // Anyone who saw the code could have typed it, and would then get what this machine uploads.
      if (!values.yes && (await askYes('Is this correct? This machine will upload its specs there.')) === false)
        return refuse(machine.name);
    }
    await data.keepCredentials({ url: origin.origin, key: access_token, machine: machine.id, relayKey: proof.key() });
    if (values.json) printJson({ event: 'signed-in', machine, organisation, by, data: data.path });
    else printLine(`The key is saved in ${data.path}. Start the bridge: ${onData('sallyport run', data.path, env)}`);
    if (values.pin !== undefined) await pin(data, values.pin, { ...values, name: undefined }, env);
    else if (!values.json) await askToPin(data, { ...values, name: undefined }, env);
    return exitCodes.ok;
  } catch (error) {
    if (error instanceof Interruption) {
      printError(error.message);
      printError(`To see what is in the way: ${onData(`sallyport doctor --url ${origin.origin}`, data.path, env)}`);
      return exitCodes.network;
    }
    if (!(error instanceof Problem) || error.code !== 'token-refused') throw error;
    printError(error.message);
    return exitCodes.notSignedIn;
  }
}

/** Who approved the machine, and its organisation, as far as the relay says. */
function wordsOf({ organisation, by }: TokenAnswer): string {
  const who = by === undefined ? '' : ` by ${by.name}`;
  return organisation === undefined ? who : `${who}, into the organisation ${organisation.name}`;
}

function refuse(machine: string): number {
  printError(`No key was saved. The machine ${machine} stays listed in that organisation until someone removes it.`);
  return exitCodes.notSignedIn;
}

/** The machine that the data folder's key belongs to. Throws a UsageError. */
function knownMachine(data: DataFolder, origin: URL): string {
  const kept = data.credentials();
  if (kept?.machine !== undefined && new URL(kept.url).origin === origin.origin) return kept.machine;
  throw new UsageError(
    `--replace: ${data.path} was never linked at ${origin.origin}. Leave --replace out to add this machine, or set --data to the folder of its bridge.`,
  );
}

/** Deletes the key of this machine. */
export async function logout(values: OptionValues<typeof plainOptions>, env: Env): Promise<number> {
  const data: DataFolder = await openDataFolder(resolve(values.data ?? defaultDataFolder(env)));
  const kept = hasCredentials(data.path) ? data.credentials() : undefined;
  await data.forgetCredentials();
  if (values.json) printJson({ forgotten: kept !== undefined });
  else if (kept === undefined) printLine('There is no key to delete.');
  else
    printLine(
      `The key for ${kept.url} is deleted here. Remove the machine there too, so that nobody can use a copy of the key.`,
    );
  return exitCodes.ok;
}

function show(asked: DeviceAuthorization, json: boolean): void {
  const { user_code: code, verification_uri: url, verification_uri_complete: link, expires_in: seconds } = asked;
  if (json) {
    printJson({ event: 'code', code, url, link, expiresInSeconds: seconds });
    return;
  }
  printLine(`Open     ${url}`);
  printLine(`and type ${code}   (within ${Math.round(seconds / 60)} minutes)`);
  printLine();
  if (process.stdout.isTTY) printLines(`${renderUnicodeCompact(link)}\n`);
}

/** Polls as often as the relay allows, and continues after failures of the network. */
async function untilDecided(
  client: Client,
  { device_code, interval, expires_in }: DeviceAuthorization,
): Promise<TokenAnswer> {
  const body = { grant_type: deviceGrantType, device_code, client_id: clientId };
  const deadline = performance.now() + expires_in * 1000;
  for (let seconds = interval; ; ) {
    await delay(seconds * 1000);
    try {
      return await client.call('token', { body });
    } catch (error) {
      const why = error instanceof Problem ? error.extra.error : undefined;
      if (why === 'slow_down') seconds += 5;
      else if (why !== 'authorization_pending' && !(error instanceof Interruption)) throw error;
      if (performance.now() > deadline) throw error;
    }
  }
}
