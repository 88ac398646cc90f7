/** A device's keys of a sealed channel, which nobody can read out of it, and what they open and seal. By WebCrypto, which app and command line both have. */
import { base64Of, base64urlOf, bytesOf } from './base64.ts';
import type { ChannelKeys } from './key-wrapping.ts';
import { derived, keyNameBytes, nonceBytes, nonceText, placeText, type SealedPlace } from './sealing.ts';

type Bytes = Uint8Array<ArrayBuffer>;

/** The keys of one attach. */
export interface KeysHeld {
  readonly attach: string;
  /** What opens what goes out, by the names that entries say, the oldest first. */
  readonly out: ReadonlyMap<string, CryptoKey>;
  /** What seals what this device types, and makes the nonces for it. */
  readonly in: CryptoKey;
  readonly nonces: CryptoKey;
}

export async function holdKeys(attach: string, { out, in: incoming }: ChannelKeys): Promise<KeysHeld> {
  const named = await Promise.all(
    out.map(async (raw) => {
      const name = base64urlOf((await derive(raw, derived.name)).subarray(0, keyNameBytes));
      return [name, await cipherKey(raw, 'decrypt')] as const;
    }),
  );
  const nonces = await signingKey(await derive(incoming, derived.nonces));
  return { attach, out: new Map(named), in: await cipherKey(incoming, 'encrypt'), nonces };
}

/** Undefined where it was not sealed with this key for this place. */
export async function openWith(key: CryptoKey, place: SealedPlace, sealed: string): Promise<Bytes | undefined> {
  try {
    const bytes = bytesOf(sealed);
    const algorithm = algorithmOf(place, bytes.subarray(0, nonceBytes));
    return new Uint8Array(await crypto.subtle.decrypt(algorithm, key, bytes.subarray(nonceBytes)));
  } catch {
    return undefined;
  }
}

export async function sealWith(keys: Pick<KeysHeld, 'in' | 'nonces'>, place: SealedPlace, text: string) {
  const made = await hmac(keys.nonces, nonceText(place) + text);
  const nonce = made.subarray(0, nonceBytes);
  const sealed = await crypto.subtle.encrypt(algorithmOf(place, nonce), keys.in, utf8(text));
  const bytes = new Uint8Array(nonce.length + sealed.byteLength);
  bytes.set(nonce);
  bytes.set(new Uint8Array(sealed), nonce.length);
  return base64Of(bytes);
}

function algorithmOf(place: SealedPlace, iv: Bytes): AesGcmParams {
  return { name: 'AES-GCM', iv, additionalData: utf8(placeText(place)) };
}

async function derive(raw: Bytes, text: string): Promise<Bytes> {
  return await hmac(await signingKey(raw), text);
}

async function hmac(key: CryptoKey, text: string): Promise<Bytes> {
  return new Uint8Array(await crypto.subtle.sign('HMAC', key, utf8(text)));
}

function signingKey(raw: Bytes): Promise<CryptoKey> {
  return crypto.subtle.importKey('raw', raw, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign']);
}

function cipherKey(raw: Bytes, use: KeyUsage): Promise<CryptoKey> {
  return crypto.subtle.importKey('raw', raw, 'AES-GCM', false, [use]);
}

function utf8(text: string): Bytes {
  return new TextEncoder().encode(text);
}
