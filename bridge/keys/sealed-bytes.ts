/** Seals and opens what goes through a sealed channel, on the machine: AES-256-GCM, with the nonce and the place of `sealing.ts`. */
import { createCipheriv, createDecipheriv, createHmac } from 'node:crypto';
import { derived, keyNameBytes, nonceBytes, nonceText, placeText, type SealedPlace } from '#contract/sealing.ts';

export interface SealKey {
  readonly raw: Buffer;
  /** Makes the nonces. */
  readonly nonces: Buffer;
  /** By which entries say that it has sealed them. */
  readonly name: string;
}

const cipher = 'aes-256-gcm';
const tagBytes = 16;

export function sealKeyOf(raw: Buffer): SealKey {
  const name = hmac(raw, derived.name).subarray(0, keyNameBytes).toString('base64url');
  return { raw, nonces: hmac(raw, derived.nonces), name };
}

/** In base64: the nonce, the sealed bytes, their tag. */
export function seal({ raw, nonces }: SealKey, place: SealedPlace, content: Uint8Array | string): string {
  const bytes = Buffer.from(content);
  const nonce = hmac(nonces, nonceText(place), bytes).subarray(0, nonceBytes);
  const sealing = createCipheriv(cipher, raw, nonce);
  sealing.setAAD(Buffer.from(placeText(place)));
  const sealed = [nonce, sealing.update(bytes), sealing.final(), sealing.getAuthTag()];
  return Buffer.concat(sealed).toString('base64');
}

/** Undefined where it was not sealed with this key for this place. */
export function unseal({ raw }: SealKey, place: SealedPlace, sealed: string): Buffer | undefined {
  const bytes = Buffer.from(sealed, 'base64');
  if (bytes.length < nonceBytes + tagBytes) return undefined;
  try {
    const opening = createDecipheriv(cipher, raw, bytes.subarray(0, nonceBytes), { authTagLength: tagBytes });
    opening.setAAD(Buffer.from(placeText(place)));
    opening.setAuthTag(bytes.subarray(-tagBytes));
    return Buffer.concat([opening.update(bytes.subarray(nonceBytes, -tagBytes)), opening.final()]);
  } catch {
    return undefined;
  }
}

function hmac(key: Buffer, text: string, bytes?: Buffer): Buffer {
  const made = createHmac('sha256', key).update(text);
  return (bytes === undefined ? made : made.update(bytes)).digest();
}
