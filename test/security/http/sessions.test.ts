/** The session cookie and sign-in links: how a browser gets in, and what other sites and thieves do not. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { sessionHeader } from '#contract/headers.ts';
import { limits } from '#contract/limits.ts';
import { openApi, type TestApi } from '../../kit/api.ts';
import { sendRaw } from '../../kit/raw-http.ts';
import { type Session, sessionOf } from '../../kit/session.ts';

let world: TestApi;

before(async () => {
  world = await openApi(['--public-url', 'https://relay.example']);
});
after(async () => await world[Symbol.asyncDispose]());

async function linkToken(): Promise<string> {
  const { status, json } = await world.ask('POST', '/v1/sign-in-links');
  assert.equal(status, 201);
  return (
    /^https:\/\/relay\.example\/#\/sign-in\/([A-Za-z0-9_-]{43})$/.exec(String(json.url))?.[1] ??
    assert.fail(String(json.url))
  );
}

async function signIn(): Promise<Session> {
  const answer = await world.ask('POST', '/v1/sessions', { key: null, body: { token: await linkToken() } });
  assert.equal(answer.status, 201);
  return sessionOf(answer);
}

const withCookie = (
  method: string,
  path: string,
  held: Session,
  headers: Record<string, string> = {},
  body?: unknown,
) => world.ask(method, path, { key: null, headers: { ...held, ...headers }, ...(body === undefined ? {} : { body }) });

test('a link signs in once, by a cookie that scripts and other sites do not get', async () => {
  const token = await linkToken();
  const first = await world.ask('POST', '/v1/sessions', { key: null, body: { token } });
  const [cookie = ''] = first.headers.getSetCookie();
  assert.match(cookie, /^sallyport=[A-Za-z0-9_-]{43}; Path=\/; Max-Age=\d+; HttpOnly; SameSite=Strict$/);
  assert.ok(!cookie.includes(token));
  const second = await world.ask('POST', '/v1/sessions', { key: null, body: { token } });
  assert.equal(`${second.status} ${second.json.code}`, '401 sign-in-link-spent');
  const me = await withCookie('GET', '/v1/me', sessionOf(first));
  assert.deepEqual([me.status, me.json.via, me.json.role, me.json.scope], [200, 'session', 'owner', 'admin']);
});

test('of many who spend one link at once, one gets in', async () => {
  const token = await linkToken();
  const answers = await Promise.all(
    Array.from({ length: 20 }, () => world.ask('POST', '/v1/sessions', { key: null, body: { token } })),
  );
  assert.equal(answers.filter(({ status }) => status === 201).length, 1);
});

test('under the public https name the cookie is __Host- and Secure, and the plain one counts for nothing there', async () => {
  const body = JSON.stringify({ token: await linkToken() });
  const { text } = await sendRaw(
    world.url,
    `POST /v1/sessions HTTP/1.1\r\nHost: relay.example\r\nOrigin: https://relay.example\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`,
  );
  const cookie =
    /set-cookie: (__Host-sallyport=[^;]+); Path=\/; Max-Age=\d+; HttpOnly; SameSite=Strict; Secure\r\n/i.exec(
      text,
    )?.[1];
  assert.ok(cookie, text);
  const me = async (sent: string) =>
    (
      await sendRaw(
        world.url,
        `GET /v1/me HTTP/1.1\r\nHost: relay.example\r\nCookie: ${sent}\r\nConnection: close\r\n\r\n`,
      )
    ).status;
  assert.equal(await me(cookie), 200);
  assert.equal(await me(cookie.replace('__Host-', '')), 401);
});

test('a page of another site changes nothing, and reads nothing, with our cookie', async () => {
  const cookie = await signIn();
  const own = new URL(world.url).origin;
  const create = (headers: Record<string, string>) =>
    withCookie('POST', '/v1/machines', cookie, headers, { name: 'x' });
  for (const headers of [
    {},
    { origin: 'https://evil.example' },
    { origin: 'null' },
    { origin: own, 'sec-fetch-site': 'cross-site' },
    { origin: own, 'sec-fetch-site': 'same-site' },
    { origin: `${own}.evil.example` },
    { origin: 'http://localhost:1' },
    { 'sec-fetch-site': 'same-origin' },
  ] as Record<string, string>[]) {
    const { status, json } = await create(headers);
    assert.equal(`${status} ${json.code}`, '403 origin-foreign', JSON.stringify(headers));
  }
  for (const site of ['cross-site', 'same-site'])
    assert.equal((await withCookie('GET', '/v1/me', cookie, { 'sec-fetch-site': site })).status, 403);
  assert.equal((await create({ origin: own, 'sec-fetch-site': 'same-origin' })).status, 201);
  assert.equal((await withCookie('GET', '/v1/me', cookie, { 'sec-fetch-site': 'none' })).status, 200);
});

test('a link for somebody else asks whoever is signed in, and is spent only once they have said yes (I12)', async () => {
  const held = await signIn();
  const headers = { origin: 'https://relay.example', 'sec-fetch-site': 'same-origin' };
  const redeem = (body: object) => withCookie('POST', '/v1/sessions', held, headers, body);
  const invited = await world.ask('POST', '/v1/invitations', { body: { name: 'Mallory', role: 'viewer' } });
  const token = String(invited.json.url).split('/').at(-1);
  const me = (await withCookie('GET', '/v1/me', held)).json as { person: { id: string; name: string } };
  for (const body of [{ token }, { token, instead: 'somebody-else-again' }]) {
    const asked = await redeem(body);
    assert.equal(`${asked.status} ${asked.json.code}`, '409 signed-in-already');
    assert.equal((asked.json.as as { name: string }).name, 'Mallory');
    assert.deepEqual(asked.json.now, { person: me.person.id, name: me.person.name });
    assert.equal(asked.headers.getSetCookie().length, 0);
  }
  assert.equal((await redeem({ token, instead: me.person.id })).status, 201);
  assert.equal((await redeem({ token: await linkToken() })).status, 201, 'a link of their own asks nothing');
  assert.equal((await redeem({ token: 'x'.repeat(43) })).json.code, 'sign-in-link-spent');
});

test('no other site signs a browser in', async () => {
  const body = { token: await linkToken() };
  const headers = { origin: 'https://evil.example' };
  const { status, json } = await world.ask('POST', '/v1/sessions', { key: null, body, headers });
  assert.equal(`${status} ${json.code}`, '403 origin-foreign');
});

test('a token that the server did not make is no session, and two cookies are none', async () => {
  const held = await signIn();
  for (const forged of [
    'sallyport=',
    `sallyport=${'x'.repeat(43)}`,
    `${held.cookie}; sallyport=${'x'.repeat(43)}`,
    held.cookie?.replace('; ', 'x; ') ?? '',
    'sallyport=%00',
  ])
    assert.equal((await withCookie('GET', '/v1/me', { ...held, cookie: forged })).status, 401, forged);
});

test('signing out ends the session and takes the cookie away', async () => {
  const cookie = await signIn();
  const out = await withCookie('DELETE', '/v1/sessions/current', cookie, { origin: new URL(world.url).origin });
  assert.equal(out.status, 200);
  assert.match(out.headers.getSetCookie()[0] ?? '', /^sallyport=; Path=\/; Max-Age=0;/);
  const { status, json } = await withCookie('GET', '/v1/me', cookie);
  assert.equal(`${status} ${json.code}`, '401 session-ended');
});

test('a link never signs in with more than its maker may do', async () => {
  const { key } = await world.keyWith('read');
  const { json } = await world.ask('POST', '/v1/sign-in-links', { key });
  const token = String(json.url).split('/').at(-1);
  const session = await world.ask('POST', '/v1/sessions', { key: null, body: { token } });
  assert.equal(session.json.scope, 'read');
  const headers = { origin: new URL(world.url).origin };
  assert.equal((await withCookie('POST', '/v1/machines', sessionOf(session), headers, { name: 'x' })).status, 403);
});

test('what a stolen key has signed in ends with the key, also by way of another link', async () => {
  const { id, key } = await world.keyWith('admin');
  const open = async (url: unknown) =>
    sessionOf(await world.ask('POST', '/v1/sessions', { key: null, body: { token: String(url).split('/').at(-1) } }));
  const first = await open((await world.ask('POST', '/v1/sign-in-links', { key })).json.url);
  const ours = { origin: 'https://relay.example', 'sec-fetch-site': 'same-origin' };
  const asked = await withCookie('POST', '/v1/sign-in-links', first, ours);
  const second = await open(asked.json.url);
  assert.equal((await withCookie('GET', '/v1/me', second)).status, 200);
  await world.ask('DELETE', `/v1/keys/${id}`);
  for (const cookie of [first, second]) assert.equal((await withCookie('GET', '/v1/me', cookie)).status, 401);
});

test('over plain http the cookie, which every port of the host gets, opens nothing without what the page keeps (I10)', async () => {
  const held = await signIn();
  const { cookie = '', [sessionHeader]: half = '' } = held;
  assert.match(half, /^[A-Za-z0-9_-]{43}$/);
  for (const stolen of [{ cookie }, { cookie, [sessionHeader]: '' }, { cookie, [sessionHeader]: 'x'.repeat(43) }])
    for (const path of ['/v1/me', '/v1/stream?live=sse', '/v1/stream', '/v1/audit/export'])
      assert.equal((await withCookie('GET', path, stolen)).status, 401, path);
  assert.equal((await withCookie('GET', '/v1/me', held)).status, 200);
  assert.equal((await world.ask('GET', '/v1/me')).status, 200, 'a key needs no such header');
  const asPublic = `GET /v1/me HTTP/1.1\r\nHost: relay.example\r\nCookie: ${cookie.replace('sallyport=', '__Host-sallyport=')}\r\nConnection: close\r\n\r\n`;
  assert.equal((await sendRaw(world.url, asPublic)).status, 401, 'nor does it under the https name');
  const out = await withCookie('DELETE', '/v1/sessions/current', held, { origin: new URL(world.url).origin });
  assert.equal(out.headers.get(sessionHeader), '', 'signing out takes the half away');
});

test('guessing tokens and keys is slowed down, and locks nobody out who has a good one', async () => {
  const guess = () => world.ask('POST', '/v1/sessions', { key: null, body: { token: 'x'.repeat(43) } });
  const statuses: number[] = [];
  for (let tries = 0; tries <= limits.signInFailuresPerMinuteMax; tries++) statuses.push((await guess()).status);
  assert.equal(statuses.at(-1), 429);
  const { status, headers } = await guess();
  assert.equal(status, 429);
  assert.ok(Number(headers.get('retry-after')) > 0);
  assert.equal((await world.ask('GET', '/v1/me')).status, 200);
  const session = await world.ask('POST', '/v1/sessions', { key: null, body: { token: await linkToken() } });
  assert.equal(session.status, 201);
});

test('signing out, and coming back with a session that was ended elsewhere, drop what the browser has kept of answers, and nothing more', async () => {
  await using fresh = await openApi();
  const ours = { origin: fresh.url, 'sec-fetch-site': 'same-origin' };
  const browser = async () => {
    const { json } = await fresh.ask('POST', '/v1/sign-in-links');
    const body = { token: String(json.url).split('/').at(-1) };
    return { ...ours, ...sessionOf(await fresh.ask('POST', '/v1/sessions', { key: null, headers: ours, body })) };
  };
  const [here, there] = [await browser(), await browser()];
  const ask = (method: string, path: string, headers: Session) =>
    fresh.ask<{ items: { id: string; current: boolean }[] }>(method, path, { key: null, headers });
  const { json } = await ask('GET', '/v1/sessions', here);
  for (const { id, current } of json.items) if (!current) await ask('DELETE', `/v1/sessions/${id}`, here);
  const revoked = await ask('GET', '/v1/me', there);
  const out = await ask('DELETE', '/v1/sessions/current', here);
  assert.deepEqual([revoked.status, out.status], [401, 200]);
  // Cookies are shared with other ports, and drafts and the device's key lie in the storage.
  for (const { headers } of [revoked, out]) assert.equal(headers.get('clear-site-data'), '"cache"');
  const key = await fresh.ask('GET', '/v1/me', { key: `spu_${'x'.repeat(36)}` });
  assert.equal(key.headers.get('clear-site-data'), null);
});

test('forwarded headers of an untrusted peer change neither the cookie nor the name', async () => {
  const headers = {
    'x-forwarded-proto': 'https',
    'x-forwarded-host': 'evil.example',
    'x-forwarded-for': '192.0.2.1',
    forwarded: 'proto=https;host=evil.example',
  };
  const answer = await world.ask('POST', '/v1/sessions', { key: null, headers, body: { token: await linkToken() } });
  assert.doesNotMatch(answer.headers.getSetCookie()[0] ?? '', /Secure/);
});
