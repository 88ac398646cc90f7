/** Keys of devices that sign commands, and signatures, as they cross the wire; `signing.ts` has what is signed. */
import * as v from 'valibot';
import { Id, Name } from './document.ts';
import { fingerprintForm } from './signing.ts';

/** 32 bytes of a raw public key, in base64url. */
export const PublicKey = v.pipe(v.string(), v.regex(/^[A-Za-z0-9_-]{43}$/, 'This is no public key'));

/** `fingerprintOf` a key. */
export const Fingerprint = v.pipe(v.string(), v.regex(fingerprintForm, 'This is no fingerprint'));

/** `value`: the signature of `envelopeText`, in base64url. `expiresAt`: ms since 1970 by the device's clock. */
export const CommandSignature = v.strictObject({
  key: Fingerprint,
  nonce: v.pipe(v.string(), v.regex(/^[A-Za-z0-9_-]{22}$/)),
  expiresAt: v.pipe(v.number(), v.integer(), v.minValue(0)),
  value: v.pipe(v.string(), v.regex(/^[A-Za-z0-9_-]{86}$/)),
});
export type CommandSignature = v.InferOutput<typeof CommandSignature>;

/** A device that signs, as the relay lists it: what a machine's owner pins is what its own screen shows, never this alone. */
export const DeviceKey = v.strictObject({
  fingerprint: Fingerprint,
  publicKey: PublicKey,
  name: Name,
  person: Id,
  createdAt: v.string(),
});
export type DeviceKey = v.InferOutput<typeof DeviceKey>;

export const DeviceKeyRequest = v.strictObject({ name: Name, publicKey: PublicKey });
