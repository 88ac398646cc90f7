/** This device's keys for signing commands and for sealed channels. WebCrypto creates them, IndexedDB stores them, and nobody can export them, not even this app. */
import * as v from 'valibot';
import { base64urlOf } from '#contract/base64.ts';
import type { CommandSignature } from '#contract/device-key.ts';
import { commandKind } from '#contract/kinds/index.ts';
import type { KnownMachines, NamedMachine } from '#contract/known-to-seal.ts';
import { limits } from '#contract/limits.ts';
import { proofText } from '#contract/sealing.ts';
import { envelopeText, fingerprintOf } from '#contract/signing.ts';
import type { Api } from '../../api.ts';
import { openDatabase, result, transact } from '../replica/database.ts';
import type { WishKept } from '../wishes/wish.ts';

export interface DeviceKeyHeld {
  /** Raw, in base64url. */
  readonly publicKey: string;
  readonly fingerprint: string;
  readonly privateKey: CryptoKey;
  /** Absent on a device of before, until it is needed. */
  readonly sealing?: SealingKeyHeld;
}

export interface SealingKeyHeld {
  /** Raw, in base64url. */
  readonly sealingKey: string;
  /** The signature of it by the first key. */
  readonly proof: string;
  readonly pair: CryptoKeyPair;
}

const store = 'keys';

/** The key of this device; undefined if it has none. Rejects if the browser stores nothing. */
export async function openDeviceKey(): Promise<DeviceKeyHeld | undefined> {
  const database = await open();
  return await transact(database, [store], 'readonly', (of) => result(of(store).get('own'))).finally(() =>
    database.close(),
  );
}

/** Creates the key, if this device has none. Rejects if the browser cannot. */
export async function makeDeviceKey(): Promise<DeviceKeyHeld> {
  const known = await openDeviceKey();
  if (known !== undefined) return known;
  if (globalThis.crypto.subtle === undefined) throw new Error('Signing needs https, or http://localhost.');
  // Not extractable: an attacker who controls the app can sign while it runs, but cannot steal the key.
  const pair = (await crypto.subtle.generateKey('Ed25519', false, ['sign', 'verify'])) as CryptoKeyPair;
  const raw = await crypto.subtle.exportKey('raw', pair.publicKey);
  const sha256 = new Uint8Array(await crypto.subtle.digest('SHA-256', raw));
  const made: DeviceKeyHeld = {
    publicKey: base64urlOf(new Uint8Array(raw)),
    fingerprint: fingerprintOf(sha256),
    privateKey: pair.privateKey,
  };
  await keep(made);
  return made;
}

/** Lists the key at the relay with its sealing key, which is created if there is none: a machine looks for it there. */
export async function registerDeviceKey(
  api: Pick<Api, 'call'>,
  held: DeviceKeyHeld,
  name: string,
): Promise<SealingKeyHeld> {
  const sealing = held.sealing ?? (await makeSealingKey(held));
  const { sealingKey, proof } = sealing;
  await api.call('deviceKeyAdd', { body: { name, publicKey: held.publicKey, sealingKey, proof } });
  return sealing;
}

const machinePrefix = 'machine ';

/** The machines whose sealed channels this device has opened. */
export async function machinesMet(): Promise<KnownMachines> {
  const database = await open();
  const read = async (of: (name: typeof store) => IDBObjectStore) => {
    const range = IDBKeyRange.bound(machinePrefix, `${machinePrefix}\uffff`);
    const [names, kept] = [of(store).getAllKeys(range), of(store).getAll(range)];
    const [ids, machines] = [await result(names), await result<KnownMachines[string][]>(kept)];
    return Object.fromEntries(machines.map((machine, at) => [String(ids[at]).slice(machinePrefix.length), machine]));
  };
  return await transact(database, [store], 'readonly', read).finally(() => database.close());
}

/** From now on this is the key of that machine. */
export async function meetMachine({ id, name }: NamedMachine, key: string): Promise<void> {
  const database = await open();
  const put = (of: (name: typeof store) => IDBObjectStore) => void of(store).put({ name, key }, machinePrefix + id);
  await transact(database, [store], 'readwrite', put).finally(() => database.close());
}

async function makeSealingKey(held: DeviceKeyHeld): Promise<SealingKeyHeld> {
  const pair = (await crypto.subtle.generateKey('X25519', false, ['deriveBits'])) as CryptoKeyPair;
  const sealingKey = base64urlOf(new Uint8Array(await crypto.subtle.exportKey('raw', pair.publicKey)));
  const proof = await signText(held, proofText(sealingKey));
  await keep({ ...held, sealing: { sealingKey, proof, pair } });
  return { sealingKey, proof, pair };
}

async function keep(held: DeviceKeyHeld): Promise<void> {
  const database = await open();
  await transact(database, [store], 'readwrite', (of) => void of(store).put(held, 'own')).finally(() =>
    database.close(),
  );
}

async function signText({ privateKey }: DeviceKeyHeld, text: string): Promise<string> {
  return base64urlOf(new Uint8Array(await crypto.subtle.sign('Ed25519', privateKey, new TextEncoder().encode(text))));
}

/** Forgets this device's key. */
export async function forgetDeviceKey(): Promise<void> {
  const database = await open();
  await transact(database, [store], 'readwrite', (of) => of(store).clear()).finally(() => database.close());
}

/** Signs a command when it is sent. The signature is valid as long as the command. */
export async function signWish(
  held: DeviceKeyHeld,
  { machine, kind, args, ifRev, whenOffline }: Pick<WishKept, 'machine' | 'kind' | 'args' | 'ifRev' | 'whenOffline'>,
): Promise<CommandSignature> {
  const livesMs = whenOffline === 'queue' ? limits.commandExpiryWhenOfflineMs : limits.commandExpiryMs;
  const expiresAt = Date.now() + livesMs;
  const nonce = base64urlOf(crypto.getRandomValues(new Uint8Array(16)));
  const text = envelopeText({ machine, kind, args: asSent(kind, args), ifRev, expiresAt, nonce });
  return { key: held.fingerprint, nonce, expiresAt, value: await signText(held, text) };
}

/** The args as output of the kind's schema, which is what the machine checks. */
function asSent(kind: string, args: WishKept['args']): WishKept['args'] {
  const schema = commandKind(kind)?.args;
  const parsed = schema === undefined ? undefined : v.safeParse(schema, args);
  return parsed?.success ? v.parse(v.record(v.string(), v.unknown()), parsed.output) : args;
}

function open(): Promise<IDBDatabase> {
  return openDatabase('sallyport-device', 1, (database) => void database.createObjectStore(store));
}
