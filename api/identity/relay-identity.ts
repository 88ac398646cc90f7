/** The relay's own key: made at the first start and kept in the store, so that all processes of one relay show the same, and a backup brings it back. ADR 15 says why there. */
import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type JsonWebKeyInput,
  sign,
  verify,
} from 'node:crypto';
import * as v from 'valibot';
import { RelayProof, relayProofText } from '#contract/relay-identity.ts';
import { globalShard } from '../store/shards.ts';
import type { Store } from '../store/store.ts';

type JsonWebKey = JsonWebKeyInput['key'];

const KEPT = { table: 'relay', key: 'identity' } as const;

export interface RelayIdentity {
  /** Raw public key, in base64url. */
  readonly key: string;
  /** Proves to whoever chose the nonce that it is this relay who answers. */
  prove(nonce: string): RelayProof;
}

/** The identity of the relay of a store, made where it has none. */
export async function openRelayIdentity(store: Store): Promise<RelayIdentity> {
  const jwk = (await readKept(store)) ?? (await make(store));
  const privateKey = createPrivateKey({ key: jwk, format: 'jwk' });
  const key = jwk.x ?? '';
  return {
    key,
    prove: (nonce) => ({
      key,
      signature: sign(undefined, Buffer.from(relayProofText(nonce)), privateKey).toString('base64url'),
    }),
  };
}

/** Of several processes that start at once the first one's key counts. */
async function make(store: Store): Promise<JsonWebKey> {
  const jwk = generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' });
  const put = [{ ...KEPT, value: JSON.stringify(jwk) }];
  const { done } = await store.commit(globalShard, { expect: [{ row: KEPT, version: 0 }], put });
  return done ? jwk : ((await readKept(store)) ?? (await make(store)));
}

async function readKept(store: Store): Promise<JsonWebKey | undefined> {
  const row = await store.row(globalShard, KEPT.table, KEPT.key);
  return row === undefined ? undefined : (JSON.parse(row.value) as JsonWebKey);
}

/** Whether `proof` shows the relay with this public key, signed for this nonce. */
export function isProof(proof: unknown, nonce: string, relayKey: string): boolean {
  const parsed = v.safeParse(RelayProof, proof);
  if (!parsed.success || parsed.output.key !== relayKey) return false;
  const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: relayKey }, format: 'jwk' });
  return verify(undefined, Buffer.from(relayProofText(nonce)), key, Buffer.from(parsed.output.signature, 'base64url'));
}
