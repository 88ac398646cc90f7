/** The machine's own key (Ed25519), by which devices know it again: it vouches for the keys of sealed channels. Created with the first of them. */
import { createPrivateKey, type KeyObject, sign } from 'node:crypto';
import { join } from 'node:path';
import { openJwk } from '../device-key.ts';

/** The machine's public key, and its signature of a text; both in base64url. */
export type Vouch = (text: string) => Promise<{ readonly by: string; readonly signature: string }>;

export function createVouch(folder: string): Vouch {
  let opening: Promise<{ readonly by: string; readonly key: KeyObject }> | undefined;
  const open = async () => {
    const jwk = await openJwk(join(folder, 'machine-key.json'), 'Ed25519');
    return { by: jwk.x, key: createPrivateKey({ key: jwk, format: 'jwk' }) };
  };
  return async (text) => {
    opening ??= open();
    // A file that cannot be read now may be mended before the next attach.
    opening.catch(() => (opening = undefined));
    const { by, key } = await opening;
    return { by, signature: sign(undefined, Buffer.from(text), key).toString('base64url') };
  };
}
