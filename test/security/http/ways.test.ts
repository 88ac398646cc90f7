/** Ways in that last: added by somebody who has just signed in, and by nothing less. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { limits } from '#contract/limits.ts';
import { createPeople } from '../../../api/identity/people.ts';
import { createToken, hashSecret } from '../../../api/identity/secrets.ts';
import type { Store } from '../../../api/store/store.ts';
import { openApi, type TestApi } from '../../kit/api.ts';

let world: TestApi;
/** The token of a session that the owner has since yesterday. */
const oldToken = createToken();
before(async () => {
  world = await openApi(['--public-url', 'http://localhost:8787', '--allow-insecure'], addOldSession);
});
after(async () => await world[Symbol.asyncDispose]());

async function addOldSession(store: Store): Promise<void> {
  const { organisation, person } = await createPeople(store, () => undefined).ensureOwner('owner');
  const at = Date.now() - 24 * 3600 * 1000;
  const value = JSON.stringify({ id: 'old', organisation, person, scope: 'admin', at, way: 'link' });
  const name = `session/${hashSecret(oldToken)}`;
  await store.commit('global', { tickets: [{ name, value, ttlMs: limits.sessionMs }] });
}

const ours = { 'sec-fetch-site': 'same-origin', origin: 'http://localhost:8787' };

async function session(): Promise<Record<string, string>> {
  const { json } = await world.ask<{ url: string }>('POST', '/v1/sign-in-links');
  const body = { token: json.url.split('/').at(-1) };
  const { headers } = await world.ask('POST', '/v1/sessions', { key: null, headers: ours, body });
  return { ...ours, cookie: (headers.get('set-cookie') ?? '').split(';')[0] ?? '' };
}

test('a session adds a passkey while it is fresh, one that lies open since longer or a key never does (I5)', async () => {
  const begin = async (as: { headers?: Record<string, string>; key?: null }) => {
    const { status, json } = await world.ask('POST', '/v1/passkeys/options', { ...as, body: {} });
    return `${status} ${json.code ?? ''}`.trim();
  };
  assert.equal(await begin({ key: null, headers: await session() }), '200');
  assert.equal(await begin({}), '403 sign-in-again');
  assert.equal(await begin({ key: null, headers: { ...ours, cookie: `sallyport=${oldToken}` } }), '403 sign-in-again');
});

test('a made-up answer of a passkey opens nothing, and a challenge is good for one answer', async () => {
  const { json } = await world.ask<{ options: { challenge: string } }>('POST', '/v1/sessions/passkey-options', {
    key: null,
    body: {},
  });
  assert.match(json.options.challenge, /^[A-Za-z0-9_-]{43}$/);
  for (const passkey of [{ id: 'x' }, { id: 'x', rawId: 'x', type: 'public-key', response: {} }]) {
    const { status, json: refused } = await world.ask('POST', '/v1/sessions', {
      key: null,
      headers: ours,
      body: { passkey },
    });
    assert.deepEqual([status, refused.code], [401, 'passkey-refused']);
  }
});

test('on a bare address there are no passkeys, and the relay says so', async () => {
  await using bare = await openApi();
  const ways = await bare.ask<{ passkey: boolean }>('GET', '/v1/sign-in-ways', { key: null });
  assert.equal(ways.json.passkey, false);
  const { json } = await bare.ask('POST', '/v1/sessions/passkey-options', { key: null, body: {} });
  assert.equal(json.code, 'passkey-unavailable');
});

test('which ways there are says nothing about who is here', async () => {
  const { json } = await world.ask('GET', '/v1/sign-in-ways', { key: null });
  assert.deepEqual(Object.keys(json).sort(), ['p', 'passkey']);
});
