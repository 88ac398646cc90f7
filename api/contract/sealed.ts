/** What is sealed, as it crosses the wire. `sealing.ts` says what the bytes mean. */
import * as v from 'valibot';
import { Fingerprint, PublicKey } from './device-key.ts';

const counter = v.pipe(v.number(), v.safeInteger(), v.minValue(1));
const base64 = v.pipe(v.string(), v.base64());
const attach = v.pipe(v.string(), v.regex(/^[A-Za-z0-9_-]{16}$/));

/** An entry, and (as gzipped JSON) a snapshot: the name of the key, its counter, and the nonce with the sealed bytes and their tag. */
export const Sealed = v.object({ k: v.pipe(v.string(), v.regex(/^[A-Za-z0-9_-]{12}$/)), n: counter, c: base64 });
export type Sealed = v.InferOutput<typeof Sealed>;

/** An input. `a`: the attach with whose key it is sealed. */
export const SealedInput = v.strictObject({ a: attach, n: counter, c: base64 });
export type SealedInput = v.InferOutput<typeof SealedInput>;

/** The keys of a channel, wrapped for one device by HPKE (RFC 9180): 32 bytes that seal what comes in by this attach, and the keys that open what goes out, the oldest first. */
export const WrappedKeys = v.strictObject({
  device: Fingerprint,
  attach,
  /** The encapsulated secret. */
  enc: base64,
  wrapped: base64,
  /** The machine's own key (Ed25519, raw, base64url), and its signature of `vouchText`: a device remembers the key of each machine. */
  by: PublicKey,
  signature: v.pipe(v.string(), v.regex(/^[A-Za-z0-9_-]{86}$/)),
});
export type WrappedKeys = v.InferOutput<typeof WrappedKeys>;
