/** What somebody hands out (links, codes, invitations) works while they still may give it, and for no more than was theirs or its receiver's to have (threats: identity). */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { deviceGrantType } from '#contract/device.ts';
import { type Answered, openApi, type TestApi } from '../../kit/api.ts';
import { type Session, sessionOf } from '../../kit/session.ts';

let world: TestApi;
before(async () => {
  world = await openApi();
});
after(async () => await world[Symbol.asyncDispose]());

interface Somebody {
  readonly id: string;
  readonly held: Session;
  readonly status: number;
  readonly role: unknown;
}

const ours = () => ({ 'sec-fetch-site': 'same-origin', origin: world.url });
async function signIn(body: object): Promise<Somebody> {
  const answer = await world.ask<{ person?: { id: string }; role?: string }>('POST', '/v1/sessions', {
    key: null,
    headers: ours(),
    body,
  });
  const { person, role } = answer.json;
  return { id: person?.id ?? '', held: sessionOf(answer), status: answer.status, role };
}
const open = (answer: Answered) => signIn({ token: String(answer.json.url).split('/').at(-1) });
const as = ({ held }: Somebody, method: string, path: string, body?: object) =>
  world.ask(method, path, { key: null, headers: { ...ours(), ...held }, ...(body === undefined ? {} : { body }) });
const invite = async (name: string, role: string) =>
  await open(await world.ask('POST', '/v1/invitations', { body: { name, role } }));
const become = async (who: Somebody, role: string) =>
  assert.equal((await world.ask('PATCH', `/v1/members/${who.id}`, { body: { role } })).status, 200);
const roleOf = async (who: Somebody) => (await as(who, 'GET', '/v1/me')).json.role;

/** Somebody who signs in by a password of their own. */
async function withPassword(name: string, role: string) {
  const who = await invite(name, role);
  const body = { email: `${name.toLowerCase()}@example.com`, password: 'long enough' };
  assert.equal((await as(who, 'PUT', '/v1/me/password', body)).status, 200);
  return { ...(await signIn(body)), again: () => signIn(body) };
}

const partings: readonly (readonly [string, (admin: Somebody) => Promise<unknown>])[] = [
  ['was removed', (admin) => world.ask('DELETE', `/v1/members/${admin.id}`)],
  ['is an admin no more', (admin) => become(admin, 'member')],
];
for (const [index, [parted, part]] of partings.entries()) {
  test(`a sign-in link that an admin made for a member opens nothing once the admin ${parted} (I11)`, async () => {
    const [admin, member] = [await invite('Ann', 'admin'), await invite('Max', 'member')];
    const links = [1, 2].map(() => as(admin, 'POST', `/v1/members/${member.id}/sign-in-links`));
    const [first, second] = await Promise.all(links);
    assert.ok(first !== undefined && second !== undefined);
    assert.equal((await open(first)).status, 201);
    await part(admin);
    assert.equal((await open(second)).status, 401);
  });

  test(`a machine that an admin let in gets no key once the admin ${parted}`, async () => {
    const admin = await invite('Abe', 'admin');
    const form = (path: string, fields: Record<string, string>) =>
      world.ask<Record<string, string>>('POST', path, {
        key: null,
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        raw: new URLSearchParams({ client_id: 'tests', ...fields }).toString(),
      });
    const begun = await form('/oauth/device_authorization', { machine_name: `of-abe-${index}` });
    const code = begun.json.user_code;
    assert.equal((await as(admin, 'POST', '/v1/device-codes/decide', { code, decision: 'approve' })).status, 200);
    await part(admin);
    const token = await form('/oauth/token', {
      grant_type: deviceGrantType,
      device_code: begun.json.device_code ?? '',
    });
    assert.equal(token.json.error, 'access_denied');
    assert.equal((await world.ask('GET', `/v1/machines/of-abe-${index}`)).status, 404);
  });
}

test("an admin's link for a member opens nothing once the member was promoted beyond what the admin makes links for", async () => {
  const [admin, member] = [await invite('Ada', 'admin'), await invite('Mia', 'member')];
  const link = await as(admin, 'POST', `/v1/members/${member.id}/sign-in-links`);
  await become(member, 'owner');
  assert.equal((await open(link)).status, 401);
});

test('a session by the link of another stays what its person was, and so does all that it makes; a sign-in of their own follows the role', async () => {
  const member = await withPassword('Joan', 'admin');
  const link = await world.ask('POST', `/v1/members/${member.id}/sign-in-links`);
  const before = await open(await world.ask('POST', `/v1/members/${member.id}/sign-in-links`));
  await become(member, 'owner');
  const meanwhile = await open(link);
  const another = await open(await as(before, 'POST', '/v1/sign-in-links'));
  for (const [title, session] of Object.entries({ before, meanwhile, another })) {
    const { json } = await as(session, 'GET', '/v1/me');
    assert.deepEqual([json.role, json.ownRole], ['admin', 'owner'], title);
    assert.equal((await as(session, 'PATCH', '/v1/organisation', { name: 'Theirs' })).status, 403, title);
    const { key } = (await as(session, 'POST', '/v1/keys', { name: 'k', scope: 'admin' })).json;
    assert.equal((await world.ask('GET', '/v1/me', { key: String(key) })).json.role, 'admin', title);
    const taken = await as(session, 'PUT', '/v1/me/password', { email: 'j@example.com', password: 'long enough' });
    assert.equal(taken.status, 403, `${title}: no way in that would do more`);
    assert.equal((await as(session, 'POST', '/v1/passkeys/options', {})).status, 403, title);
  }
  assert.equal(await roleOf(member), 'owner', 'signed in by a password of their own');
  assert.equal((await member.again()).role, 'owner');
  await become(member, 'viewer');
  await become(member, 'owner');
  assert.equal(await roleOf(before), 'admin');
});

test('a device that somebody signed in by a link of their own rises with them; one by the link of a key does what the key did', async () => {
  const member = await withPassword('Otto', 'member');
  const own = await open(await as(member, 'POST', '/v1/sign-in-links'));
  await become(member, 'admin');
  const { key } = (await as(member, 'POST', '/v1/keys', { name: 'k', scope: 'write' })).json;
  const ofKey = await open(await world.ask('POST', '/v1/sign-in-links', { key: String(key) }));
  await become(member, 'owner');
  const scopeOf = async (who: Somebody) => (await as(who, 'GET', '/v1/me')).json.scope;
  assert.deepEqual([await scopeOf(member), await scopeOf(own), await scopeOf(ofKey)], ['admin', 'admin', 'write']);
});

test('a session that an invitation began does not rise with its person, who signs in by a way of their own for that', async () => {
  const invited = await invite('Ida', 'viewer');
  await become(invited, 'admin');
  assert.equal(await roleOf(invited), 'viewer');
  assert.equal((await as(invited, 'POST', '/v1/keys', { name: 'k' })).status, 403);
  const fresh = await open(await world.ask('POST', `/v1/members/${invited.id}/sign-in-links`));
  assert.equal(fresh.role, 'admin', 'a new link stands for what they are now');
});

test('the link for the owner of a new organisation is void once its founder is no owner', async () => {
  const founder = await withPassword('Fay', 'admin');
  await become(founder, 'owner');
  const made = await as(founder, 'POST', '/v1/organisations', { name: 'Elsewhere', owner: 'Olga' });
  assert.equal(made.status, 201);
  await become(founder, 'admin');
  assert.equal((await open(made)).status, 401);
});

test('the audit of a new organisation names nobody of the organisation that it was made from', async () => {
  const founder = await withPassword('Fritz', 'admin');
  await become(founder, 'owner');
  const made = await as(founder, 'POST', '/v1/organisations', { name: 'Elsewhere', owner: 'Olga' });
  const owner = await open(made);
  const { json } = await as(owner, 'GET', '/v1/audit');
  const said = JSON.stringify(json);
  assert.match(said, /organisation-made/);
  assert.ok(!said.includes(founder.id) && !said.includes('Fritz'), said);
  const own = await world.ask('GET', '/v1/audit?action=organisation-made');
  assert.ok(JSON.stringify(own.json).includes(founder.id), 'where they belong it is on record');
});

test('a key that only reads ends nobody, nor does what it has signed in but itself', async () => {
  const owner = await open(await world.ask('POST', '/v1/sign-in-links'));
  const { key } = await world.keyWith('read');
  const items = async (headers: Session) => {
    const { json } = await world.ask<{ items: { id: string; current: boolean }[] }>('GET', '/v1/sessions', {
      key: null,
      headers: { ...ours(), ...headers },
    });
    return json.items;
  };
  const { id = '' } = (await items(owner.held)).find(({ current }) => current) ?? {};
  assert.equal((await world.ask('DELETE', `/v1/sessions/${id}`, { key })).status, 403);
  const reader = await open(await world.ask('POST', '/v1/sign-in-links', { key }));
  assert.equal((await as(reader, 'DELETE', `/v1/sessions/${id}`)).status, 403);
  assert.equal((await as(owner, 'GET', '/v1/me')).status, 200);
  const { id: own } = (await items(reader.held)).find(({ current }) => current) ?? {};
  assert.equal((await as(reader, 'DELETE', `/v1/sessions/${own}`)).status, 200);
});
