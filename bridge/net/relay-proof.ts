/** Checks over plain HTTP that the relay itself answers: each new connection must answer `hello` with its nonce signed by the relay's identity key, before the bridge sends its own key. */
import { createPublicKey, randomBytes, verify } from 'node:crypto';
import type { HelloAnswer } from '#contract/bridge.ts';
import { relayProofText } from '#contract/relay-identity.ts';
import { Interruption } from './interruption.ts';

export interface RelayProof {
  /** The relay's key: pinned, or learned from the first connection. */
  key(): string | undefined;
  /** A nonce that was not used before. */
  nonce(): string;
  /** Throws an Interruption unless the answer proves the pinned key. Without a pin, the first proven key is pinned. */
  check(nonce: string, answer: HelloAnswer, where: string): void;
}

/** The proof that a relay must give. A relay of release 0.1.0 has no identity key; it is accepted only if none is pinned. */
export function createRelayProof(pinned: string | undefined): RelayProof {
  let key = pinned;
  return {
    key: () => key,
    nonce: () => randomBytes(24).toString('base64url'),
    check: (nonce, { identity, nonce: same }, where) => {
      if (identity === undefined && key === undefined) return;
      const holds = identity !== undefined && same === nonce && isSigned(nonce, identity.key, identity.signature);
      if (!holds || (key !== undefined && identity.key !== key)) throw stranger(where);
      key = identity.key;
    },
  };
}

function isSigned(nonce: string, x: string, signature: string): boolean {
  try {
    const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
    return verify(undefined, Buffer.from(relayProofText(nonce)), key, Buffer.from(signature, 'base64url'));
  } catch {
    return false;
  }
}

function stranger(where: string): Interruption {
  const sentence = `What answers at ${where} does not prove that it is the relay which let this machine in; the key was not sent. If the relay was set up anew: sallyport login URL.`;
  return new Interruption(sentence, { breakage: 'refused' });
}
