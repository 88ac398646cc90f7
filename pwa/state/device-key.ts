/** This device's key for signing commands. WebCrypto creates it, IndexedDB stores it, and nobody can export it, not even this app. */
import * as v from 'valibot';
import type { CommandSignature } from '#contract/device-key.ts';
import { commandKind } from '#contract/kinds/index.ts';
import { limits } from '#contract/limits.ts';
import { envelopeText, fingerprintOf } from '#contract/signing.ts';
import { openDatabase, result, transact } from './database.ts';
import type { WishKept } from './wish.ts';

export interface DeviceKeyHeld {
  /** Raw, in base64url. */
  readonly publicKey: string;
  readonly fingerprint: string;
  readonly privateKey: CryptoKey;
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
    publicKey: base64url(new Uint8Array(raw)),
    fingerprint: fingerprintOf(sha256),
    privateKey: pair.privateKey,
  };
  const database = await open();
  await transact(database, [store], 'readwrite', (of) => void of(store).put(made, 'own')).finally(() =>
    database.close(),
  );
  return made;
}

/** Forgets this device's key. */
export async function forgetDeviceKey(): Promise<void> {
  const database = await open();
  await transact(database, [store], 'readwrite', (of) => of(store).clear()).finally(() => database.close());
}

/** Signs a command when it is sent. The signature is valid as long as the command. */
export async function signWish(
  { privateKey, fingerprint }: DeviceKeyHeld,
  { machine, kind, args, ifRev, whenOffline }: WishKept,
): Promise<CommandSignature> {
  const livesMs = whenOffline === 'queue' ? limits.commandExpiryWhenOfflineMs : limits.commandExpiryMs;
  const expiresAt = Date.now() + livesMs;
  const nonce = base64url(crypto.getRandomValues(new Uint8Array(16)));
  const text = envelopeText({ machine, kind, args: asSent(kind, args), ifRev, expiresAt, nonce });
  const value = await crypto.subtle.sign('Ed25519', privateKey, new TextEncoder().encode(text));
  return { key: fingerprint, nonce, expiresAt, value: base64url(new Uint8Array(value)) };
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

function base64url(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replace(/=+$/, '');
}
