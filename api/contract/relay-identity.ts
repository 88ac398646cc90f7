/** The relay's identity: its own Ed25519 key (RFC 8032). Over plain HTTP, a machine uses it to distinguish the relay from other programs at its address. */
import * as v from 'valibot';
import { PublicKey } from './device-key.ts';
import { PROTOCOL } from './version.ts';

/** 32 bytes of the relay's raw public key, in base64url, which a machine pins. */
export const RelayKey = PublicKey;

/** The answer of `hello` to a nonce: the key, and its signature of `relayProofText`, in base64url. */
export const RelayProof = v.object({
  key: RelayKey,
  signature: v.pipe(v.string(), v.regex(/^[A-Za-z0-9_-]{86}$/)),
});
export type RelayProof = v.InferOutput<typeof RelayProof>;

/** The exact text that is signed, as UTF-8. */
export function relayProofText(nonce: string): string {
  return `${PROTOCOL} relay identity\n${nonce}`;
}
