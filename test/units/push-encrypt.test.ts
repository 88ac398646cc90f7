/** Messages for push services: encrypted as RFC 8291 has it, kept back in quiet hours. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encryptMessage } from '../../api/services/push/encrypt.ts';
import { quietUntil } from '../../api/services/push/quiet.ts';
import { createPushDevice } from '../kit/push-service.ts';

const vector = {
  auth: 'BTBZMqHH6r4Tts7J_aSIgg',
  publicKey: 'BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4',
  privateKey: 'q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94',
};

test('the example of RFC 8291, section 5, comes out byte by byte', () => {
  const given = {
    salt: Buffer.from('DGv6ra1nlYgDCS1FRnbzlw', 'base64url'),
    privateKey: Buffer.from('yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw', 'base64url'),
  };
  const keys = { p256dh: vector.publicKey, auth: vector.auth };
  const message = encryptMessage(Buffer.from('When I grow up, I want to be a watermelon'), keys, given);
  assert.equal(
    message.toString('base64url'),
    'DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN',
  );
});

test('another implementation reads what is encrypted here', async () => {
  for (const device of [await createPushDevice(), await createPushDevice(vector)])
    assert.equal(await device.read(new Uint8Array(encryptMessage(Buffer.from('hello'), device.keys))), 'hello');
});

test('quiet hours run over midnight by the clock of the device', () => {
  const night = { from: 22 * 60, to: 7 * 60, zone: 'Europe/Berlin' };
  const at = (text: string) => Date.parse(text);
  assert.equal(quietUntil(night, at('2026-11-20T20:59:00Z')), undefined);
  assert.equal(quietUntil(night, at('2026-11-20T21:10:30Z')), at('2026-11-21T06:00:00Z'));
  assert.equal(quietUntil(night, at('2026-11-21T05:59:00Z')), at('2026-11-21T06:00:00Z'));
  assert.equal(quietUntil(night, at('2026-11-21T06:00:00Z')), undefined);
  const noon = { from: 720, to: 780, zone: 'UTC' };
  assert.equal(quietUntil(noon, at('2026-11-20T12:30:00Z')), at('2026-11-20T13:00:00Z'));
});
