/** Wraps the keys of a channel for a device and unwraps them there: HPKE in base mode with X25519, HKDF-SHA256 and AES-256-GCM. Loaded on the first need. */
import { AEAD_AES_256_GCM, CipherSuite, KDF_HKDF_SHA256, KEM_DHKEM_X25519_HKDF_SHA256 } from 'hpke';
import { base64Of, bytesOf } from './base64.ts';
import type { WrappedKeys } from './sealed.ts';
import { type AskedFor, keyBytes, type Wrapped, type WrappedFor, wrapText } from './sealing.ts';

/** Of a channel: the keys for what goes out, the oldest first, and that of one attach for what comes in. */
export interface ChannelKeys {
  readonly out: readonly Uint8Array<ArrayBuffer>[];
  readonly in: Uint8Array<ArrayBuffer>;
}

type Unwrapping = Omit<WrappedKeys, 'by' | 'signature'>;

function suite() {
  return new CipherSuite(KEM_DHKEM_X25519_HKDF_SHA256, KDF_HKDF_SHA256, AEAD_AES_256_GCM);
}

function infoOf(given: WrappedFor) {
  return { info: new TextEncoder().encode(wrapText(given)) };
}

/** `sealingKey`: the device's, in base64url. */
export async function wrapKeys(sealingKey: string, keys: ChannelKeys, given: WrappedFor): Promise<Wrapped> {
  const hpke = suite();
  const to = await hpke.DeserializePublicKey(bytesOf(sealingKey));
  const { encapsulatedSecret, ciphertext } = await hpke.Seal(to, joined(keys), infoOf(given));
  return { enc: base64Of(encapsulatedSecret), wrapped: base64Of(ciphertext) };
}

/** Throws where they were wrapped for another device, channel or attach, or for another command. */
export async function unwrapKeys(own: CryptoKeyPair, asked: AskedFor, key: Unwrapping): Promise<ChannelKeys> {
  const { device, attach, enc, wrapped } = key;
  const given = infoOf({ ...asked, device, attach });
  const both = await suite().Open(own, bytesOf(enc), bytesOf(wrapped), given);
  const keys = Array.from({ length: both.length / keyBytes }, (_, at) =>
    Uint8Array.from(both.subarray(at * keyBytes, (at + 1) * keyBytes)),
  );
  const [incoming = new Uint8Array(), ...out] = keys;
  return { in: incoming, out };
}

function joined({ out, in: incoming }: ChannelKeys): Uint8Array {
  const all = new Uint8Array(keyBytes * (1 + out.length));
  for (const [at, key] of [incoming, ...out].entries()) all.set(key, at * keyBytes);
  return all;
}
