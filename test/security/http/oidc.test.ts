/** Signing in by a provider that the operator has named, against a real one: who comes in, who does not, and what somebody between could try. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { limits } from '#contract/limits.ts';
import { openApi, type TestApi } from '../../kit/api.ts';
import { freePort } from '../../kit/free-port.ts';
import { openOidcProvider, type TestProvider } from '../../kit/oidc-provider.ts';
import { sessionOf } from '../../kit/session.ts';

let provider: TestProvider;
/** One where strangers join as viewers, one where nobody joins so. */
let open: TestApi;
let closed: TestApi;

async function start(...argv: string[]): Promise<TestApi> {
  const port = await freePort();
  const at = await openOidcProvider(`http://localhost:${port}/`);
  const { issuer, clientId, clientSecret } = at;
  const oidc = ['--oidc-issuer', issuer, '--oidc-client-id', clientId, '--oidc-client-secret', clientSecret];
  const world = await openApi(['--port', String(port), '--public-url', `http://localhost:${port}`, ...oidc, ...argv]);
  provider = at;
  stack.use(at);
  return stack.use(world);
}
const stack = new AsyncDisposableStack();
let providers: Record<'open' | 'closed', TestProvider>;
before(async () => {
  open = await start('--oidc-role', 'viewer');
  const first = provider;
  closed = await start();
  providers = { open: first, closed: provider };
});
after(async () => await stack.disposeAsync());

const ours = (world: TestApi) => ({ 'sec-fetch-site': 'same-origin', origin: String(world.config.publicUrl?.origin) });
const begin = async (world: TestApi) =>
  (
    await world.ask<{ url: string; state: string }>('POST', '/v1/sessions/oidc', {
      key: null,
      headers: ours(world),
      body: {},
    })
  ).json;
async function finish(world: TestApi, query: string) {
  const answer = await world.ask<{ code?: string; role?: string; person?: { id: string; name: string } }>(
    'POST',
    '/v1/sessions',
    {
      key: null,
      headers: ours(world),
      body: { oidc: query },
    },
  );
  return { ...answer, held: sessionOf(answer) };
}
async function signIn(world: TestApi, at: TestProvider) {
  return await finish(world, await at.visit((await begin(world)).url));
}

test('a stranger joins with the role that the operator chose, and is the same member the next time', async () => {
  providers.open.account = { sub: 'grace', name: 'Grace', email: 'grace@example.com' };
  const first = await signIn(open, providers.open);
  assert.deepEqual(
    [first.status, first.json.role, first.json.person?.name],
    [201, 'viewer', 'Grace'],
    JSON.stringify(first.json),
  );
  const again = await signIn(open, providers.open);
  assert.equal(again.json.person?.id, first.json.person?.id);
  const { json } = await open.ask<{ items: { action: string; by: { via: string } }[] }>(
    'GET',
    `/v1/audit?person=${first.json.person?.id}`,
  );
  assert.deepEqual(
    json.items.map(({ action, by }) => `${action} ${by.via}`),
    ['signed-in oidc', 'signed-in oidc', 'account-linked oidc', 'member-joined oidc'],
  );
});

test('where nobody joins so, a member ties the account first, and a stranger is told what to do', async () => {
  providers.closed.account = { sub: 'joan', name: 'Joan' };
  const stranger = await signIn(closed, providers.closed);
  assert.deepEqual([stranger.status, stranger.json.code], [403, 'oidc-unknown']);
  const { json } = await closed.ask<{ url: string }>('POST', '/v1/invitations', {
    body: { name: 'Joan', role: 'member' },
  });
  const invited = await closed.ask('POST', '/v1/sessions', {
    key: null,
    headers: ours(closed),
    body: { token: json.url.split('/').at(-1) },
  });
  const headers = { ...ours(closed), ...sessionOf(invited) };
  const begun = await closed.ask<{ url: string }>('POST', '/v1/me/accounts/begin', { key: null, headers, body: {} });
  const query = await providers.closed.visit(begun.json.url);
  const tied = await closed.ask('POST', '/v1/me/accounts', { key: null, headers, body: { oidc: query } });
  assert.equal(tied.status, 200, JSON.stringify(tied.json));
  const member = await signIn(closed, providers.closed);
  assert.deepEqual([member.status, member.json.role], [201, 'member']);
});

test('what comes back counts once, and only with a state that was given for that', async () => {
  providers.open.account = { sub: 'ida', name: 'Ida' };
  const query = await providers.open.visit((await begin(open)).url);
  assert.equal((await finish(open, query)).status, 201);
  assert.equal((await finish(open, query)).json.code, 'oidc-failed');
  const other = new URLSearchParams(await providers.open.visit((await begin(open)).url));
  other.set('state', (await begin(open)).state);
  assert.equal((await finish(open, `?${other}`)).json.code, 'oidc-failed', 'PKCE ties a code to its state');
  assert.equal((await finish(open, '?code=x&state=y')).json.code, 'oidc-failed');
});

test('a sign-in that was begun cannot be turned into tying the account to somebody', async () => {
  const { key } = await open.keyWith('admin');
  const query = await providers.open.visit((await begin(open)).url);
  const tied = await open.ask('POST', '/v1/me/accounts', { key, body: { oidc: query } });
  assert.equal(tied.json.code, 'oidc-failed');
});

test('somebody who was removed does not come back as who they were', async () => {
  providers.open.account = { sub: 'eve', name: 'Eve' };
  const first = await signIn(open, providers.open);
  await open.ask('DELETE', `/v1/members/${first.json.person?.id}`);
  const again = await signIn(open, providers.open);
  assert.notEqual(again.json.person?.id, first.json.person?.id);
  assert.equal((await open.ask('GET', '/v1/me', { key: null, headers: { ...ours(open), ...first.held } })).status, 401);
});

test('an ID token that somebody between has changed, or signed themselves, signs nobody in', async () => {
  providers.open.account = { sub: 'mallory', name: 'Mallory' };
  const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const decode = (part: string) => JSON.parse(Buffer.from(part, 'base64url').toString()) as object;
  const forgeries: readonly ((head: string, claims: string, signature: string) => string)[] = [
    (head, claims, signature) => `${head}.${encode({ ...decode(claims), sub: 'grace' })}.${signature}`,
    (_, claims) => `${encode({ alg: 'none' })}.${encode({ ...decode(claims), sub: 'grace' })}.`,
    (head, claims) => `${head}.${claims}.${'A'.repeat(342)}`,
  ];
  try {
    for (const [index, forge] of forgeries.entries()) {
      providers.open.meddle = (path, text) => {
        if (path !== '/token') return text;
        const json = JSON.parse(text) as { id_token: string };
        const [head = '', claims = '', signature = ''] = json.id_token.split('.');
        return JSON.stringify({ ...json, id_token: forge(head, claims, signature) });
      };
      const { status, json } = await signIn(open, providers.open);
      assert.equal(`${status} ${json.code}`, '502 oidc-failed', `forgery ${index}`);
    }
  } finally {
    providers.open.meddle = (_, text) => text;
  }
  assert.equal((await signIn(open, providers.open)).status, 201);
});

test('a provider that answers without end is read no further than a sane answer is long', async () => {
  try {
    providers.open.meddle = (path, text) => (path === '/token' ? { endless: `{"x":"${'x'.repeat(65_536)}` } : text);
    const { json } = await signIn(open, providers.open);
    assert.equal(json.code, 'oidc-failed');
    // What the sockets between hold is read by nobody.
    assert.ok(
      providers.open.sentBytes < limits.oidcAnswerBytesMax + 16 * 1024 * 1024,
      `${providers.open.sentBytes} bytes`,
    );
  } finally {
    providers.open.meddle = (_, text) => text;
  }
});

test('a relay without a provider says so', async () => {
  await using bare = await openApi();
  const { status, json } = await bare.ask('POST', '/v1/sessions/oidc', { key: null, body: {} });
  assert.deepEqual([status, json.code], [404, 'oidc-off']);
});
