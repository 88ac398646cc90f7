/** Seals and opens what goes through a sealed channel: AES-256-GCM, with the nonce and the place of `sealing.ts`. */
import { createCipheriv, createDecipheriv } from 'node:crypto';
import type { Sealed } from '#contract/sealed.ts';
import { type Direction, nonceOf, placeText } from '#contract/sealing.ts';

/** Where something is sealed for: it opens nowhere else. */
export interface SealedPlace {
  readonly channel: string;
  readonly direction: Direction;
  readonly counter: number;
}

const cipher = 'aes-256-gcm';
const tagBytes = 16;

export function seal(key: Uint8Array, place: SealedPlace, content: Uint8Array | string): Sealed {
  const { channel, direction, counter } = place;
  const sealing = createCipheriv(cipher, key, nonceOf(direction, counter));
  sealing.setAAD(Buffer.from(placeText(channel, direction, counter)));
  const bytes = [sealing.update(Buffer.from(content)), sealing.final(), sealing.getAuthTag()];
  return { n: counter, c: Buffer.concat(bytes).toString('base64') };
}

/** Undefined where it was not sealed with this key for this place. */
export function unseal(key: Uint8Array, place: SealedPlace, sealed: string): Buffer | undefined {
  const { channel, direction, counter } = place;
  const bytes = Buffer.from(sealed, 'base64');
  if (bytes.length < tagBytes) return undefined;
  try {
    const opening = createDecipheriv(cipher, key, nonceOf(direction, counter), { authTagLength: tagBytes });
    opening.setAAD(Buffer.from(placeText(channel, direction, counter)));
    opening.setAuthTag(bytes.subarray(-tagBytes));
    return Buffer.concat([opening.update(bytes.subarray(0, -tagBytes)), opening.final()]);
  } catch {
    return undefined;
  }
}
