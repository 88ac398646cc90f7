/** The key by which push services know this relay (VAPID, RFC 8292): made at the first start, and kept in the store. */
import { createPrivateKey, generateKeyPairSync, sign } from 'node:crypto';
import * as v from 'valibot';
import { globalShard } from '../../store/shards.ts';
import type { Store } from '../../store/store.ts';
import { defineTable } from '../../store/tables.ts';

const Jwk = v.object({ kty: v.literal('EC'), crv: v.literal('P-256'), x: v.string(), y: v.string(), d: v.string() });
type Jwk = v.InferOutput<typeof Jwk>;

/** In the global shard: one row. */
const vapidKeys = defineTable('push-vapid', Jwk);
const KEY = 'key';
/** Push services refuse a token that is good for more than 24 hours. */
const TOKEN_SECONDS = 12 * 3600;

export interface Vapid {
  /** The public key as an uncompressed point, in base64url: `applicationServerKey` of a subscription. */
  readonly publicKey: string;
  /** The Authorization header for a message to this endpoint. */
  authorize(endpoint: URL, nowMs: number): string;
}

/** The key of this relay. `contact` is an https or mailto address that the operator of a push service can use. */
export async function openVapid(store: Store, contact: string): Promise<Vapid> {
  const jwk = await keptKey(store);
  const key = createPrivateKey({ key: jwk, format: 'jwk' });
  const point = [Buffer.from([4]), Buffer.from(jwk.x, 'base64url'), Buffer.from(jwk.y, 'base64url')];
  const publicKey = Buffer.concat(point).toString('base64url');
  return {
    publicKey,
    authorize: ({ origin }, nowMs) => {
      const claims = { aud: origin, exp: Math.floor(nowMs / 1000) + TOKEN_SECONDS, sub: contact };
      const text = `${encoded({ typ: 'JWT', alg: 'ES256' })}.${encoded(claims)}`;
      const signature = sign('sha256', Buffer.from(text), { key, dsaEncoding: 'ieee-p1363' }).toString('base64url');
      return `vapid t=${text}.${signature}, k=${publicKey}`;
    },
  };
}

function encoded(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

/** Of several processes that start at once, the first one's key counts. */
async function keptKey(store: Store): Promise<Jwk> {
  const kept = await vapidKeys.get(store, globalShard, KEY);
  if (kept !== undefined) return kept.value;
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const jwk = v.parse(Jwk, privateKey.export({ format: 'jwk' }));
  const expect = [{ row: vapidKeys.at(KEY), version: 0 }];
  const { done } = await store.commit(globalShard, { expect, put: [vapidKeys.put(KEY, jwk)] });
  return done ? jwk : await keptKey(store);
}
