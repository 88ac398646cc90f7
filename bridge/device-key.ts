/** The command line's own key for signing commands: an Ed25519 key in a file of the data folder that only its owner may read. */
import { createPrivateKey, generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import * as v from 'valibot';
import { type CommandSignature, PublicKey } from '#contract/device-key.ts';
import { type Envelope, envelopeText } from '#contract/signing.ts';
import { fingerprintOfKey } from './pins.ts';
import { readJson, writePrivate } from './private-file.ts';

const Jwk = v.object({ kty: v.literal('OKP'), crv: v.literal('Ed25519'), x: PublicKey, d: PublicKey });

export interface OwnKey {
  /** Raw, in base64url. */
  readonly publicKey: string;
  readonly fingerprint: string;
  readonly file: string;
  sign(envelope: Omit<Envelope, 'nonce'>): CommandSignature;
}

/** The key of a data folder; created if there is none. */
export async function openOwnKey(folder: string): Promise<OwnKey> {
  const file = join(folder, 'own-key.json');
  if (!existsSync(file)) {
    const fresh = generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' });
    await writePrivate(file, `${JSON.stringify(fresh)}\n`);
  }
  const kept = v.safeParse(Jwk, readJson(file));
  if (!kept.success) throw new Error(`${file} cannot be used as a key. Move it away, and a new one is created.`);
  const jwk = kept.output;
  const fingerprint = fingerprintOfKey(jwk.x);
  const key = createPrivateKey({ key: jwk, format: 'jwk' });
  return {
    publicKey: jwk.x,
    fingerprint,
    file,
    sign: (unsigned) => {
      const nonce = randomBytes(16).toString('base64url');
      const text = envelopeText({ ...unsigned, nonce });
      const value = sign(undefined, Buffer.from(text), key).toString('base64url');
      return { key: fingerprint, nonce, expiresAt: unsigned.expiresAt, value };
    },
  };
}
