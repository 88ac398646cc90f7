/** The command line's own keys: an Ed25519 key that signs commands, and an X25519 key for sealed channels, in files of the data folder that only their owner may read. */
import { createPrivateKey, generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { join } from 'node:path';
import * as v from 'valibot';
import { type CommandSignature, PublicKey } from '#contract/device-key.ts';
import { proofText } from '#contract/sealing.ts';
import { type Envelope, envelopeText } from '#contract/signing.ts';
import { fingerprintOfKey } from './pins.ts';
import { readKept, writePrivate } from './private-file.ts';
import { quoted } from './quoted.ts';

type Curve = 'Ed25519' | 'X25519';
const jwkOf = <Name extends Curve>(crv: Name) =>
  v.object({ kty: v.literal('OKP'), crv: v.literal(crv), x: PublicKey, d: PublicKey });

export interface OwnKey {
  /** Raw, in base64url. */
  readonly publicKey: string;
  readonly fingerprint: string;
  readonly file: string;
  sign(envelope: Omit<Envelope, 'nonce'>): CommandSignature;
  /** The sealing key, created if there is none. */
  sealing(): Promise<OwnSealingKey>;
}

export interface OwnSealingKey {
  /** Raw, in base64url. */
  readonly sealingKey: string;
  /** The signature of it by the first key. */
  readonly proof: string;
  readonly pair: CryptoKeyPair;
}

/** The key of a data folder; created if there is none. */
export async function openOwnKey(folder: string): Promise<OwnKey> {
  const file = join(folder, 'own-key.json');
  const jwk = await openJwk(file, 'Ed25519');
  const fingerprint = fingerprintOfKey(jwk.x);
  const key = createPrivateKey({ key: jwk, format: 'jwk' });
  const signed = (text: string) => sign(undefined, Buffer.from(text), key).toString('base64url');
  return {
    publicKey: jwk.x,
    fingerprint,
    file,
    sign: (unsigned) => {
      const nonce = randomBytes(16).toString('base64url');
      const value = signed(envelopeText({ ...unsigned, nonce }));
      return { key: fingerprint, nonce, expiresAt: unsigned.expiresAt, value };
    },
    sealing: async () => {
      const own = await openJwk(join(folder, 'own-sealing-key.json'), 'X25519');
      return { sealingKey: own.x, proof: signed(proofText(own.x)), pair: await pairOf(own) };
    },
  };
}

/** The private key of a file; created if there is none. */
export async function openJwk(file: string, crv: Curve) {
  const kept = readKept(file, jwkOf(crv), {
    unknown: 'which key it held',
    says: 'Bring back a copy of it, or move it away, and a new one is created:',
    copy: `mv ${quoted(file)} ${quoted(`${file}.damaged`)}`,
  });
  if (kept !== undefined) return kept;
  const { privateKey } = crv === 'Ed25519' ? generateKeyPairSync('ed25519') : generateKeyPairSync('x25519');
  const made = v.parse(jwkOf(crv), privateKey.export({ format: 'jwk' }));
  await writePrivate(file, `${JSON.stringify(made)}\n`);
  return made;
}

async function pairOf({ d, ...jwk }: { kty: string; crv: string; x: string; d: string }): Promise<CryptoKeyPair> {
  const imported = (key: JsonWebKey, uses: KeyUsage[]) => crypto.subtle.importKey('jwk', key, 'X25519', true, uses);
  return { privateKey: await imported({ ...jwk, d }, ['deriveBits']), publicKey: await imported(jwk, []) };
}
