/** Device keys at the relay: a sealing key is listed only with the device's own word for it, and nobody gives another one's device one. */
import assert from 'node:assert/strict';
import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { after, before, test } from 'node:test';
import type { DeviceKey } from '#contract/device-key.ts';
import { proofText } from '#contract/sealing.ts';
import { openApi, type TestApi } from '../../kit/api.ts';
import { sessionOf } from '../../kit/session.ts';

let world: TestApi;
before(async () => {
  world = await openApi();
});
after(async () => await world[Symbol.asyncDispose]());

const rawOf = (key: KeyObject) => String(key.export({ format: 'jwk' }).x);

function makeDevice() {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const sealingKey = rawOf(generateKeyPairSync('x25519').publicKey);
  const proof = sign(undefined, Buffer.from(proofText(sealingKey)), privateKey).toString('base64url');
  return { name: 'phone', publicKey: rawOf(publicKey), sealingKey, proof };
}

const add = (body: object, more: object = {}) =>
  world.ask<DeviceKey & { code?: string }>('POST', '/v1/device-keys', { body, ...more });

test('a device of before has no sealing key, and gets one by its own signature alone (I14)', async () => {
  const { sealingKey, proof, ...old } = makeDevice();
  assert.deepEqual([(await add(old)).status, (await add(old)).json.sealingKey], [201, undefined]);
  const forged = await add({ ...old, sealingKey, proof: makeDevice().proof });
  assert.deepEqual([forged.status, forged.json.code], [400, 'body-invalid']);
  assert.equal((await add({ ...old, sealingKey })).status, 400);
  const { json } = await add({ ...old, sealingKey, proof });
  assert.deepEqual([json.sealingKey, json.proof], [sealingKey, proof]);
  // A release of before registers its key again, and takes nothing away.
  assert.equal((await add(old)).json.sealingKey, sealingKey);
});

test('another person changes nothing about a listed device', async () => {
  const { sealingKey, proof, ...old } = makeDevice();
  await add(old);
  const { url } = (
    await world.ask<{ url: string }>('POST', '/v1/invitations', { body: { name: 'Eve', role: 'member' } })
  ).json;
  const token = url.split('/').at(-1) ?? '';
  const session = sessionOf(await world.ask('POST', '/v1/sessions', { key: null, body: { token } }));
  const headers = { ...session, 'sec-fetch-site': 'same-origin', origin: world.url };
  assert.equal((await add({ ...old, sealingKey, proof }, { key: null, headers })).json.sealingKey, undefined);
});
