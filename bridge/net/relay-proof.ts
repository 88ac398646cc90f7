/** Whether it is the relay that answers, over plain HTTP: each new connection is asked for `hello`, and its nonce has to come back signed by the relay's identity key before a key goes there. */
import { createPublicKey, randomBytes, verify } from 'node:crypto';
import type { HelloAnswer } from '#contract/bridge.ts';
import { relayProofText } from '#contract/relay-identity.ts';
import { Interruption } from './interruption.ts';

export interface RelayProof {
  /** The relay's key: pinned, or learned of the first connection. */
  key(): string | undefined;
  /** A nonce that was not used before. */
  nonce(): string;
  /** Throws an Interruption where the answer does not prove what is pinned. Without a pin the first key that is proven is the one from then on. */
  check(nonce: string, answer: HelloAnswer, where: string): void;
}

/** The proof that one relay has to give. A relay of release 0.1.0 has no identity: it is taken where none is pinned. */
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
