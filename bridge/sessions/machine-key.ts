/** The machine's own key (Ed25519), by which devices know it again: it vouches for the keys of sealed channels. Created with the first of them. */
import { createPrivateKey, type KeyObject, sign } from 'node:crypto';
import { join } from 'node:path';
import * as v from 'valibot';
import { PublicKey } from '#contract/device-key.ts';
import { readParsed } from '../data/private-file.ts';
import { type KeyFile, openJwk } from '../keys/device-key.ts';
import { fingerprintOfKey } from '../keys/pins.ts';

/** The machine's public key, and its signature of a text; both in base64url. */
export type Vouch = (text: string) => Promise<{ readonly by: string; readonly signature: string }>;

export const machineKey: KeyFile = {
  name: 'machine-key.json',
  crv: 'Ed25519',
  renewed: 'created; devices that knew the old one refuse this machine until they are told to believe it',
};

/** The fingerprint of it; undefined before the first sealed terminal. */
export function machineFingerprint(folder: string): string | undefined {
  const kept = readParsed(join(folder, machineKey.name), v.object({ x: PublicKey }));
  return kept && fingerprintOfKey(kept.x);
}

export function createVouch(folder: string): Vouch {
  let opening: Promise<{ readonly by: string; readonly key: KeyObject }> | undefined;
  const open = async () => {
    const jwk = await openJwk(folder, machineKey);
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
