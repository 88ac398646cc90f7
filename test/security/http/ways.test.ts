/** Ways in that last: added by somebody who has just signed in, and by nothing less. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { sessionHeader } from '#contract/headers.ts';
import { limits } from '#contract/limits.ts';
import { createOrganisations } from '../../../api/identity/organisations.ts';
import { createToken, hashSecret } from '../../../api/identity/secrets.ts';
import type { Store } from '../../../api/store/store.ts';
import { openApi, type TestApi } from '../../kit/api.ts';
import { sessionOf } from '../../kit/session.ts';

let world: TestApi;
/** The token of a session that the owner has since yesterday. */
const [oldCookie, oldHalf] = [createToken(), createToken()];
const old = { cookie: `sallyport=${oldCookie}`, [sessionHeader]: oldHalf };
before(async () => {
  world = await openApi(['--public-url', 'http://localhost:8787', '--allow-insecure'], addOldSession);
});
after(async () => await world[Symbol.asyncDispose]());

async function addOldSession(store: Store): Promise<void> {
  const { organisation, person } = await createOrganisations(store).ensureOwner('owner');
  const at = Date.now() - 24 * 3600 * 1000;
  const value = JSON.stringify({ id: 'old', organisation, person, scope: 'admin', at, way: 'link' });
  const name = `session/${hashSecret(oldCookie + oldHalf)}`;
  await store.commit('global', { tickets: [{ name, value, ttlMs: limits.sessionMs }] });
}

const ours = { 'sec-fetch-site': 'same-origin', origin: 'http://localhost:8787' };

/** The headers of a session that a link begins. */
async function session(path: string, more: object = {}): Promise<Record<string, string>> {
  const { json } = await world.ask<{ url: string }>('POST', path, more);
  const body = { token: json.url.split('/').at(-1) };
  return { ...ours, ...sessionOf(await world.ask('POST', '/v1/sessions', { key: null, headers: ours, body })) };
}

test('a session adds a passkey while it is fresh, one that lies open since longer or a key never does (I5)', async () => {
  const begin = async (as: { headers?: Record<string, string>; key?: null }) => {
    const { status, json } = await world.ask('POST', '/v1/passkeys/options', { ...as, body: {} });
    return `${status} ${json.code ?? ''}`.trim();
  };
  const invited = await session('/v1/invitations', { body: { name: 'Grace', role: 'member' } });
  assert.equal(await begin({ key: null, headers: invited }), '200');
  assert.equal(await begin({}), '403 sign-in-again');
  assert.equal(await begin({ key: null, headers: { ...ours, ...old } }), '403 sign-in-again');
});

test('nobody gets fresh by a link of their own: not a session that lies open, not a stolen key', async () => {
  for (const asks of [{ key: null, headers: { ...ours, ...old } }, {}]) {
    const headers = await session('/v1/sign-in-links', asks);
    const add = await world.ask('POST', '/v1/passkeys/options', { key: null, headers, body: {} });
    assert.equal(add.json.code, 'sign-in-again');
    const body = { email: 'thief@example.com', password: 'long enough' };
    const set = await world.ask('PUT', '/v1/me/password', { key: null, headers, body });
    assert.equal(set.json.code, 'sign-in-again');
  }
  const byKey = await world.ask('PUT', '/v1/me/password', {
    body: { email: 'thief@example.com', password: 'long enough' },
  });
  assert.equal(byKey.json.code, 'sign-in-again');
});

test('an admin who has just signed in makes a link for a member who has lost every way in; not for an owner', async () => {
  const admin = await session('/v1/invitations', { body: { name: 'Ann', role: 'admin' } });
  await session('/v1/invitations', { body: { name: 'Lost', role: 'member' } });
  const { json } = await world.ask<{ items: { id: string; name: string; role: string }[] }>('GET', '/v1/members');
  const idOf = (wanted: string) => json.items.find(({ name, role }) => name === wanted || role === wanted)?.id ?? '';
  const as = { key: null, headers: admin };
  const headers = await session(`/v1/members/${idOf('Lost')}/sign-in-links`, as);
  const body = { email: 'lost@example.com', password: 'found again' };
  assert.equal((await world.ask('PUT', '/v1/me/password', { key: null, headers, body })).status, 200);
  const refused = await world.ask('POST', `/v1/members/${idOf('owner')}/sign-in-links`, { ...as, body: {} });
  assert.equal(refused.status, 403);
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
