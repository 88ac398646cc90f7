/** Signing in by e-mail and password: set by whoever is signed in, guessed by nobody, and a change ends what a thief may have. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { limits } from '#contract/limits.ts';
import { openApi, type TestApi } from '../../kit/api.ts';
import { openStream } from '../../kit/event-stream.ts';
import { type Session, sessionOf } from '../../kit/session.ts';

let world: TestApi;
before(async () => {
  world = await openApi();
});
after(async () => await world[Symbol.asyncDispose]());

const ours = () => ({ 'sec-fetch-site': 'same-origin', origin: world.url });

/** Posts to /v1/sessions as a page of ours does; the session is empty where nobody was let in. */
async function signIn(body: object) {
  const answer = await world.ask('POST', '/v1/sessions', { key: null, headers: ours(), body });
  return { status: answer.status, code: answer.json.code, held: sessionOf(answer) };
}
async function byLink(from?: Session) {
  const as = from === undefined ? {} : { key: null, headers: { ...ours(), ...from } };
  const { json } = await world.ask<{ url: string }>('POST', '/v1/sign-in-links', as);
  return await signIn({ token: json.url.split('/').at(-1) });
}
async function member(name: string) {
  const { json } = await world.ask<{ url: string }>('POST', '/v1/invitations', { body: { name, role: 'member' } });
  return await signIn({ token: json.url.split('/').at(-1) });
}
const as = (held: Session, method: string, path: string, body?: object) =>
  world.ask<{ code?: string; items?: { id: string }[] }>(method, path, {
    key: null,
    headers: { ...ours(), ...held },
    ...(body === undefined ? {} : { body }),
  });

test('a member sets e-mail and password, and signs in by them', async () => {
  const { held } = await member('Grace');
  const set = await as(held, 'PUT', '/v1/me/password', { email: 'Grace@Example.com', password: 'correct horse' });
  assert.equal(set.status, 200);
  const again = await signIn({ email: 'grace@example.com', password: 'correct horse' });
  assert.equal(again.status, 201);
  const me = await world.ask<{ person: { name: string; email: string } }>('GET', '/v1/me', {
    key: null,
    headers: { ...ours(), ...again.held },
  });
  assert.deepEqual([me.json.person.name, me.json.person.email], ['Grace', 'Grace@Example.com']);
});

test('a wrong password and an e-mail of nobody are answered alike', async () => {
  const { held } = await member('Joan');
  await as(held, 'PUT', '/v1/me/password', { email: 'joan@example.com', password: 'correct horse' });
  const [wrong, nobody] = [
    await signIn({ email: 'joan@example.com', password: 'wrong' }),
    await signIn({ email: 'nobody@example.com', password: 'wrong' }),
  ];
  assert.deepEqual([wrong.status, wrong.code, wrong.held], [401, 'password-wrong', {}]);
  assert.deepEqual(nobody, wrong);
  const { json } = await world.ask<{ items: { by: { name: string } }[] }>(
    'GET',
    '/v1/audit?action=signed-in&result=refused',
  );
  assert.deepEqual(
    json.items.map(({ by }) => by.name),
    ['Joan'],
  );
});

test('a changed password ends the other sessions and their streams within 5 s, and open sign-in links (I4)', async () => {
  const first = await member('Ida');
  await as(first.held, 'PUT', '/v1/me/password', { email: 'ida@example.com', password: 'first password' });
  const thief = await signIn({ email: 'ida@example.com', password: 'first password' });
  const { json: link } = await world.ask<{ url: string }>('POST', '/v1/sign-in-links', {
    key: null,
    headers: { ...ours(), ...thief.held },
  });
  const stream = await openStream(world.url, { ...ours(), ...thief.held });
  const own = await signIn({ email: 'ida@example.com', password: 'first password' });
  const change = { email: 'ida@example.com', password: 'second password' };
  assert.equal((await as(own.held, 'PUT', '/v1/me/password', change)).json.code, 'password-wrong');
  const began = performance.now();
  const changed = await world.ask('PUT', '/v1/me/password', {
    key: null,
    headers: { ...ours(), ...own.held },
    body: { ...change, current: 'first password' },
  });
  assert.equal(changed.status, 200);
  await stream.closed;
  assert.ok(performance.now() - began < 5000);
  assert.equal((await as(thief.held, 'GET', '/v1/me')).status, 401);
  assert.equal((await signIn({ token: link.url.split('/').at(-1) })).status, 401);
  const kept = sessionOf(changed);
  assert.equal((await as(kept, 'GET', '/v1/me')).status, 200, 'who changed it stays');
  assert.equal((await as(kept, 'GET', '/v1/sessions')).json.items?.length, 1);
});

test('a changed password takes back the invitations that a thief has made', async () => {
  const { json } = await world.ask<{ url: string }>('POST', '/v1/invitations', {
    body: { name: 'Ann', role: 'admin' },
  });
  const { held } = await signIn({ token: json.url.split('/').at(-1) });
  const made = await world.ask<{ url: string }>('POST', '/v1/invitations', {
    key: null,
    headers: { ...ours(), ...held },
    body: { name: 'Thief', role: 'admin' },
  });
  const wanted = { email: 'ann@example.com', password: 'long enough' };
  assert.equal((await as(held, 'PUT', '/v1/me/password', wanted)).status, 200);
  assert.equal((await signIn({ token: made.json.url.split('/').at(-1) })).code, 'sign-in-link-spent');
});

test('a session that was just begun by a link sets a new password without the old one', async () => {
  const { held } = await member('Ada');
  const wanted = { email: 'ada@example.com', password: 'forgotten soon' };
  const set = await world.ask('PUT', '/v1/me/password', { key: null, headers: { ...ours(), ...held }, body: wanted });
  const kept = sessionOf(set);
  const fresh = await byLink(kept);
  const next = { ...wanted, password: 'another password' };
  assert.equal((await as(fresh.held, 'PUT', '/v1/me/password', next)).status, 200);
});

test('what is no e-mail, or too short or long for a password, is said so', async () => {
  const one = await member('One');
  const wanted = { email: 'one@example.com', password: 'long enough' };
  for (const body of [
    { ...wanted, email: 'nothing' },
    { ...wanted, password: 'short' },
    { ...wanted, password: 'x'.repeat(limits.passwordLengthMax + 1) },
  ])
    assert.equal((await as(one.held, 'PUT', '/v1/me/password', body)).status, 400);
});

test('whoever has the e-mail of another guesses their password as a stranger, also by a browser that is known for an account of their own', async () => {
  const email = 'guessed@example.com';
  const [victim, thief] = [await member('Victim'), await member('Thief')];
  await as(victim.held, 'PUT', '/v1/me/password', { email, password: 'that of the victim' });
  await as(thief.held, 'PUT', '/v1/me/password', { email, password: 'that of the thief' });
  const guess = (from: Session) =>
    world.ask('POST', '/v1/sessions', {
      key: null,
      headers: { ...ours(), ...from },
      body: { email, password: 'wrong' },
    });
  const statuses: number[] = [];
  for (let browser = 0; browser < 2; browser += 1) {
    const { held } = await signIn({ email, password: 'that of the thief' });
    for (let n = 0; n < limits.passwordTriesMax - 2; n += 1) statuses.push((await guess(held)).status);
  }
  assert.ok(statuses.includes(429), String(statuses));
});

test('whoever sets an e-mail does not learn whether another has it: each signs in by their own password', async () => {
  const email = 'shared@example.com';
  const passwords = ['that of the first', 'that of the second'];
  for (const [index, password] of passwords.entries()) {
    const { held } = await member(`Shared ${index}`);
    assert.equal((await as(held, 'PUT', '/v1/me/password', { email, password })).status, 200);
  }
  for (const [index, password] of passwords.entries()) {
    const { held } = await signIn({ email, password });
    const { json } = await world.ask<{ person: { name: string } }>('GET', '/v1/me', {
      key: null,
      headers: { ...ours(), ...held },
    });
    assert.equal(json.person.name, `Shared ${index}`);
  }
  const { held } = await signIn({ email, password: passwords[1] });
  const next = { email: 'elsewhere@example.com', password: 'another password', current: passwords[0] };
  assert.equal((await as(held, 'PUT', '/v1/me/password', next)).json.code, 'password-wrong', "it is the other's");
  assert.equal((await as(held, 'PUT', '/v1/me/password', { ...next, current: passwords[1] })).status, 200);
  assert.equal((await signIn({ email, password: passwords[1] })).code, 'password-wrong');
  assert.equal((await signIn({ email, password: passwords[0] })).status, 201);
});

test('a key or session that does less than its person cannot set a password, and so gain the rest', async () => {
  const { key } = await world.keyWith('read');
  const body = { email: 'owner@example.com', password: 'long enough' };
  assert.equal((await world.ask('PUT', '/v1/me/password', { key, body })).status, 403);
});
