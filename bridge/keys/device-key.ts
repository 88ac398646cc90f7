/** The command line's own keys: an Ed25519 key that signs commands, and an X25519 key for sealed channels, in files of the data folder that only their owner may read. */
import { createPrivateKey, generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { join } from 'node:path';
import * as v from 'valibot';
import { type CommandSignature, PublicKey } from '#contract/device-key.ts';
import { proofText } from '#contract/sealing.ts';
import { type Envelope, envelopeText } from '#contract/signing.ts';
import { moveAway, readKept, writePrivate } from '../data/private-file.ts';
import { fingerprintOfKey } from './pins.ts';

type Curve = 'Ed25519' | 'X25519';
const jwkOf = <Name extends Curve>(crv: Name) =>
  v.object({ kty: v.literal('OKP'), crv: v.literal(crv), x: PublicKey, d: PublicKey });

/** A file of a data folder that holds a private key. */
export interface KeyFile {
  readonly name: string;
  readonly crv: Curve;
  /** How a new one is made where the file was lost: "created", and what follows. */
  readonly renewed: string;
}

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

const ownKey: KeyFile = { name: 'own-key.json', crv: 'Ed25519', renewed: 'created, which each machine has to pin' };
const ownSealingKey: KeyFile = { name: 'own-sealing-key.json', crv: 'X25519', renewed: 'created' };

/** Both keys of a command line. */
export const ownKeys: readonly KeyFile[] = [ownKey, ownSealingKey];

/** The key of a data folder; created if there is none. */
export async function openOwnKey(folder: string): Promise<OwnKey> {
  const file = join(folder, ownKey.name);
  const jwk = await openJwk(folder, ownKey);
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
      const own = await openJwk(folder, ownSealingKey);
      return { sealingKey: own.x, proof: signed(proofText(own.x)), pair: await pairOf(own) };
    },
  };
}

/** The private key of a file; undefined where there is none. Throws DamagedFile. */
export function readJwk(folder: string, { name, crv, renewed }: KeyFile) {
  const file = join(folder, name);
  return readKept(file, jwkOf(crv), {
    unknown: 'which key it held',
    says: `Bring back a copy of it, or move it away, and a new one is ${renewed}:`,
    copy: moveAway(file),
  });
}

/** The same; created if there is none. */
export async function openJwk(folder: string, key: KeyFile) {
  const kept = readJwk(folder, key);
  if (kept !== undefined) return kept;
  const { name, crv } = key;
  const { privateKey } = crv === 'Ed25519' ? generateKeyPairSync('ed25519') : generateKeyPairSync('x25519');
  const made = v.parse(jwkOf(crv), privateKey.export({ format: 'jwk' }));
  await writePrivate(join(folder, name), `${JSON.stringify(made)}\n`);
  return made;
}

async function pairOf({ d, ...jwk }: { kty: string; crv: string; x: string; d: string }): Promise<CryptoKeyPair> {
  const imported = (key: JsonWebKey, uses: KeyUsage[]) => crypto.subtle.importKey('jwk', key, 'X25519', true, uses);
  return { privateKey: await imported({ ...jwk, d }, ['deriveBits']), publicKey: await imported(jwk, []) };
}
