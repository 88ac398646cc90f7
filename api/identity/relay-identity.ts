/** The relay's own key: made at the first start and kept in the store, so that all processes of one relay show the same, and a backup brings it back. ADR 15 says why there. */
import { createPrivateKey, createPublicKey, generateKeyPairSync, sign, verify } from 'node:crypto';
import * as v from 'valibot';
import { RelayProof, relayProofText } from '#contract/relay-identity.ts';
import { globalShard } from '../store/shards.ts';
import type { Store } from '../store/store.ts';
import { defineTable } from '../store/tables.ts';

/** A private key of Ed25519 (RFC 8037). */
const Jwk = v.object({ kty: v.literal('OKP'), crv: v.literal('Ed25519'), x: v.string(), d: v.string() });
type Jwk = v.InferOutput<typeof Jwk>;

/** In the global shard: one row. A relay whose key cannot be read does not start. */
const identities = defineTable('relay', Jwk);
const KEY = 'identity';

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
  const { x: key } = jwk;
  return {
    key,
    prove: (nonce) => ({
      key,
      signature: sign(undefined, Buffer.from(relayProofText(nonce)), privateKey).toString('base64url'),
    }),
  };
}

/** Of several processes that start at once the first one's key counts. */
async function make(store: Store): Promise<Jwk> {
  const jwk = v.parse(Jwk, generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' }));
  const put = [identities.put(KEY, jwk)];
  const { done } = await store.commit(globalShard, { expect: [{ row: identities.at(KEY), version: 0 }], put });
  return done ? jwk : ((await readKept(store)) ?? (await make(store)));
}

async function readKept(store: Store): Promise<Jwk | undefined> {
  return (await identities.get(store, globalShard, KEY))?.value;
}

/** Whether `proof` shows the relay with this public key, signed for this nonce. */
export function isProof(proof: unknown, nonce: string, relayKey: string): boolean {
  const parsed = v.safeParse(RelayProof, proof);
  if (!parsed.success || parsed.output.key !== relayKey) return false;
  const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: relayKey }, format: 'jwk' });
  return verify(undefined, Buffer.from(relayProofText(nonce)), key, Buffer.from(parsed.output.signature, 'base64url'));
}
