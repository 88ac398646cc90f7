/** Device keys and signatures, as they cross the wire. `signing.ts` has the text that is signed. */
import * as v from 'valibot';
import { Id, Name } from './document.ts';
import { fingerprintForm } from './signing.ts';

/** 32 bytes of a raw public key, in base64url. */
export const PublicKey = v.pipe(v.string(), v.regex(/^[A-Za-z0-9_-]{43}$/, 'This is no public key'));

/** The fingerprint of a key (`fingerprintOf`). */
export const Fingerprint = v.pipe(v.string(), v.regex(fingerprintForm, 'This is no fingerprint'));

/** `value`: the signature of `envelopeText`, in base64url. `expiresAt`: ms since 1970 by the device's clock. */
export const CommandSignature = v.strictObject({
  key: Fingerprint,
  nonce: v.pipe(v.string(), v.regex(/^[A-Za-z0-9_-]{22}$/)),
  expiresAt: v.pipe(v.number(), v.integer(), v.minValue(0)),
  value: v.pipe(v.string(), v.regex(/^[A-Za-z0-9_-]{86}$/)),
});
export type CommandSignature = v.InferOutput<typeof CommandSignature>;

/** The sealing key of a device (X25519, raw, in base64url), and the signature of `proofText` by the device's first key. */
const sealing = {
  sealingKey: v.optional(PublicKey),
  proof: v.optional(v.pipe(v.string(), v.regex(/^[A-Za-z0-9_-]{86}$/))),
};

/** A device key in the relay's list. A machine's owner pins the fingerprint that the device's own screen shows, and does not trust this list alone. */
export const DeviceKey = v.strictObject({
  fingerprint: Fingerprint,
  publicKey: PublicKey,
  ...sealing,
  name: Name,
  person: Id,
  createdAt: v.string(),
});
export type DeviceKey = v.InferOutput<typeof DeviceKey>;

export const DeviceKeyRequest = v.pipe(
  v.strictObject({ name: Name, publicKey: PublicKey, ...sealing }),
  v.check(
    ({ sealingKey, proof }) => (sealingKey === undefined) === (proof === undefined),
    'A sealing key comes with its proof',
  ),
);
export type DeviceKeyRequest = v.InferOutput<typeof DeviceKeyRequest>;
