/** `sallyport devices`: lists and pins the devices whose signed commands this machine accepts. The user types the fingerprint that the device itself shows. */
import { resolve } from 'node:path';
import * as v from 'valibot';
import { type DeviceKey, PublicKey } from '#contract/device-key.ts';
import { Name } from '#contract/document.ts';
import { type OptionValues, UsageError } from '#contract/options.ts';
import { Problem } from '#contract/problems.ts';
import { reasonOf } from '#contract/reason.ts';
import { parseFingerprint, showFingerprint } from '#contract/signing.ts';
import { enterAudit } from '../audit/log.ts';
import { type DataFolder, defaultDataFolder, openDataFolder, readKeyFile } from '../data/data-folder.ts';
import { openOwnKey } from '../keys/device-key.ts';
import { fingerprintOfKey, type PinnedKey, readPins, writePins } from '../keys/pins.ts';
import { parseRelayUrl } from '../net/address.ts';
import { createClient } from '../net/client.ts';
import { Interruption } from '../net/interruption.ts';
import { createRelayProof } from '../net/relay-proof.ts';
import { exitCodeOf, exitCodes } from '../system/exit-codes.ts';
import { askLine } from './ask.ts';
import type { devicesOptions } from './options.ts';
import { printError, printJson, printLine, printLines, printList } from './output.ts';
import { trust, waysTo } from './reach.ts';

type Env = Readonly<Record<string, string | undefined>>;
type Values = OptionValues<typeof devicesOptions>;

/** The user at the machine. */
const owner = { name: 'command line', via: 'command-line' } as const;

/** Runs the command; resolves to the exit code. Throws a UsageError. */
export async function devices(values: Values, words: readonly string[], env: Env): Promise<number> {
  const data = await openDataFolder(resolve(values.data ?? defaultDataFolder(env)));
  const [verb = 'ls', named, ...more] = words;
  if (more.length > 0)
    throw new UsageError(`"${more[0]}" is one argument too many. devices takes ls, own, pin KEY or unpin KEY.`);
  if (verb === 'ls' && named === undefined) return list(data, values.json);
  if (verb === 'own' && named === undefined) return await showOwn(data, values.json);
  if (verb === 'pin' && named !== undefined) return await pinNamed(data, named, values, env);
  if (verb === 'unpin' && named !== undefined) return await unpin(data, named, values.json);
  throw new UsageError('devices takes ls, own, pin KEY or unpin KEY.');
}

/** Pins a key, by the fingerprint of a key in the relay's list, or by the public key itself. Throws a UsageError, an Interruption, a Problem. */
export async function pin(data: DataFolder, typed: string, values: Values, env: Env): Promise<PinnedKey> {
  const machine = data.credentials()?.machine;
  if (machine === undefined)
    throw new UsageError(
      'This machine is not known to a relay yet. Run sallyport login first, or let the bridge connect once.',
    );
  const { publicKey, name } = await keyNamed(data, typed, values, env);
  const fingerprint = fingerprintOfKey(publicKey);
  const pinned: PinnedKey = { fingerprint, publicKey, name, machine, pinnedAt: new Date().toISOString() };
  await writePins(data.path, [...readPins(data.path).filter((other) => other.fingerprint !== fingerprint), pinned]);
  await enterAudit(data.path, { action: 'device-pinned', result: 'done', by: owner, about: { fingerprint, name } });
  return pinned;
}

/** Asks at the terminal for a fingerprint to pin. Does nothing without a terminal, or if nothing is typed. */
export async function askToPin(data: DataFolder, values: Values, env: Env): Promise<void> {
  if (!process.stdin.isTTY || !process.stdout.isTTY) return;
  for (;;) {
    const typed = await askLine(
      'To accept signed commands from a phone, type the fingerprint that it shows in its profile (Enter to skip): ',
    );
    if (typed.trim() === '') return;
    const problem = await pin(data, typed, values, env).then(told, (error: unknown) => error);
    if (problem === undefined) return;
    printLine(reasonOf(problem));
  }
}

function told({ name, fingerprint }: PinnedKey): undefined {
  printLine(`Pinned: ${name}, ${showFingerprint(fingerprint)}.`);
}

async function pinNamed(data: DataFolder, typed: string, values: Values, env: Env): Promise<number> {
  try {
    const pinned = await pin(data, typed, values, env);
    if (values.json) printJson(pinned);
    else {
      told(pinned);
      printLine(
        `policy.json in ${data.path} says which commands must be signed, for example {"risks": {…, "execute": "signed"}}.`,
      );
    }
    return exitCodes.ok;
  } catch (error) {
    if (!(error instanceof Problem) && !(error instanceof Interruption)) throw error;
    printError(error.message);
    return error instanceof Problem ? exitCodeOf(error) : exitCodes.network;
  }
}

/** A public key is pinned directly. A fingerprint is looked up in the relay's list, and the key found must really have it. */
async function keyNamed(data: DataFolder, typed: string, { name, ...values }: Values, env: Env) {
  if (v.is(PublicKey, typed)) return { publicKey: typed, name: parseName(name ?? 'device') };
  const fingerprint = parseFingerprint(typed);
  if (fingerprint === undefined)
    throw new UsageError(
      'This is neither a fingerprint (24 letters and digits, in groups of four) nor a public key (43 characters).',
    );
  const listed = await listedKeys(data, values, env);
  const found = listed.find(({ publicKey }) => fingerprintOfKey(publicKey) === fingerprint);
  if (found === undefined)
    throw new UsageError(
      `The relay has no key with the fingerprint ${showFingerprint(fingerprint)}. Compare it with the one on the device.`,
    );
  return { publicKey: found.publicKey, name: name === undefined ? found.name : parseName(name) };
}

async function listedKeys(data: DataFolder, values: Omit<Values, 'name'>, env: Env): Promise<readonly DeviceKey[]> {
  const kept = data.credentials();
  const found = kept?.key === undefined ? kept?.keyFile && readKeyFile(kept.keyFile) : { key: kept.key };
  if (kept === undefined || !found)
    throw new UsageError('There is no key for a relay here. Run sallyport login first.');
  const origin = parseRelayUrl(kept.url, values);
  trust(values, data.path);
  const proof = createRelayProof({ ...kept, ...found }.relayKey);
  await using client = createClient({ origin, key: found.key, proof, proxy: waysTo(origin, values, env, data.path) });
  return (await client.call('bridgeDeviceKeys')).items;
}

function parseName(text: string): string {
  const parsed = v.safeParse(Name, text);
  if (!parsed.success) throw new UsageError(`--name: ${parsed.issues[0].message}.`);
  return parsed.output;
}

async function unpin(data: DataFolder, typed: string, json: boolean): Promise<number> {
  const pins = readPins(data.path);
  const found = pins.filter(({ fingerprint, name }) => fingerprint === parseFingerprint(typed) || name === typed);
  const [pinned] = found;
  if (pinned === undefined) throw new UsageError(`No key is pinned as "${typed}"; sallyport devices lists them.`);
  if (found.length > 1) throw new UsageError(`Several keys are called "${typed}". Use the fingerprint.`);
  const { fingerprint, name } = pinned;
  await writePins(
    data.path,
    pins.filter((other) => other !== pinned),
  );
  await enterAudit(data.path, { action: 'device-unpinned', result: 'done', by: owner, about: { fingerprint, name } });
  if (json) printJson(pinned);
  else printLine(`${name} (${showFingerprint(fingerprint)}) is no longer pinned.`);
  return exitCodes.ok;
}

function list(data: DataFolder, json: boolean): number {
  const pins = readPins(data.path);
  if (json) for (const pinned of pins) printJson(pinned);
  else {
    const rows = pins.map(({ name, fingerprint, pinnedAt }) => [showFingerprint(fingerprint), name, pinnedAt]);
    printList(rows, 'No device is pinned: signed commands are refused.');
  }
  return exitCodes.ok;
}

async function showOwn(data: DataFolder, json: boolean): Promise<number> {
  const { publicKey, fingerprint, file } = await openOwnKey(data.path);
  if (json) printJson({ publicKey, fingerprint, file });
  else
    printLines(
      `Fingerprint  ${showFingerprint(fingerprint)}\nPublic key   ${publicKey}\nKept in      ${file}\n\nOn the machine: sallyport devices pin ${publicKey} --name NAME`,
    );
  return exitCodes.ok;
}
