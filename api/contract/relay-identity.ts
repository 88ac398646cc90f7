/** The relay's identity: an Ed25519 key (RFC 8032) of its own, by which a machine tells it from whoever else answers at its address over plain HTTP. */
import * as v from 'valibot';
import { PublicKey } from './device-key.ts';
import { PROTOCOL } from './version.ts';

/** 32 bytes of the relay's raw public key, in base64url: what a machine pins. */
export const RelayKey = PublicKey;

/** What `hello` shows for a nonce: the key, and its signature of `relayProofText` in base64url. */
export const RelayProof = v.object({
  key: RelayKey,
  signature: v.pipe(v.string(), v.regex(/^[A-Za-z0-9_-]{86}$/)),
});
export type RelayProof = v.InferOutput<typeof RelayProof>;

/** The exact text that is signed, as UTF-8. */
export function relayProofText(nonce: string): string {
  return `${PROTOCOL} relay identity\n${nonce}`;
}
