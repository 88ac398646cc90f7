/** Members and roles: who is invited may do what the role says and no more, and loses it at once with the role (threats: identity). */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { openApi, type TestApi } from '../../kit/api.ts';
import { openStream } from '../../kit/event-stream.ts';
import { sessionOf } from '../../kit/session.ts';

let world: TestApi;
before(async () => {
  world = await openApi();
});
after(async () => await world[Symbol.asyncDispose]());

interface Signed {
  /** Headers of the session. */
  readonly as: Record<string, string>;
  readonly id: string;
  readonly status: number;
}

/** Opens a link as a browser would. */
async function open(url: string): Promise<Signed> {
  const token = url.split('/').at(-1) ?? '';
  const answer = await world.ask<{ person: { id: string } }>('POST', '/v1/sessions', { key: null, body: { token } });
  const as = { ...sessionOf(answer), 'sec-fetch-site': 'same-origin', origin: world.url };
  return { status: answer.status, id: answer.json.person?.id, as };
}
const invite = async (name: string, role: string) =>
  (await world.ask<{ url: string }>('POST', '/v1/invitations', { body: { name, role } })).json.url;
const askAs = (who: Signed, method: string, path: string, body?: unknown) =>
  world.ask(method, path, { key: null, headers: who.as, ...(body === undefined ? {} : { body }) });

test('an invitation makes one member of the role that it names, once', async () => {
  const url = await invite('Grace', 'viewer');
  const [first, second] = [await open(url), await open(url)];
  assert.deepEqual([first.status, second.status], [201, 401]);
  const me = await askAs(first, 'GET', '/v1/me');
  assert.deepEqual([me.json.role, me.json.scope], ['viewer', 'read']);
  const { json } = await world.ask<{ items: { name: string; role: string }[] }>('GET', '/v1/members');
  assert.deepEqual(
    json.items.filter(({ name }) => name === 'Grace').map(({ role }) => role),
    ['viewer'],
  );
});

test('a role says what its member may do: a viewer reads, a member sends, an admin adds machines', async () => {
  const machine = await world.api.createMachine('of-roles');
  const may = async (role: string) => {
    const who = await open(await invite(role, role));
    const statuses = [
      await askAs(who, 'GET', '/v1/machines'),
      await askAs(who, 'POST', `/v1/machines/${machine.id}/commands`, { kind: 'spec-archive', args: {} }),
      await askAs(who, 'PATCH', `/v1/machines/${machine.id}`, { name: 'of-roles' }),
      await askAs(who, 'POST', '/v1/invitations', { name: 'x', role: 'viewer' }),
    ].map(({ status }) => (status === 403 ? 'refused' : 'taken'));
    return statuses.join(' ');
  };
  assert.equal(await may('viewer'), 'taken refused refused refused');
  assert.equal(await may('member'), 'taken taken refused refused');
  assert.equal(await may('admin'), 'taken taken taken taken');
  const viewer = await open(await invite('Vera', 'viewer'));
  const write = { kind: 'spec-archive', args: { project: 'p', spec: 's' }, ifRev: 'a'.repeat(64) };
  assert.equal((await askAs(viewer, 'POST', `/v1/machines/${machine.id}/commands`, write)).status, 403);
});

test('who is removed loses sessions, keys and streams within 5 s; who is demoted, what the role held', async () => {
  const admin = await open(await invite('Ada', 'admin'));
  const made = await askAs(admin, 'POST', '/v1/keys', { name: 'script', scope: 'admin' });
  const key = String(made.json.key);
  await using stream = await openStream(world.url, key);
  assert.equal((await world.ask('PATCH', `/v1/members/${admin.id}`, { body: { role: 'viewer' } })).status, 200);
  assert.equal((await world.ask('POST', '/v1/keys', { key, body: { name: 'more' } })).status, 403);
  const started = performance.now();
  await stream.closed;
  assert.ok(performance.now() - started < 5000);
  assert.equal((await world.ask('DELETE', `/v1/members/${admin.id}`)).status, 200);
  assert.equal((await askAs(admin, 'GET', '/v1/me')).status, 401);
  assert.equal((await world.ask('GET', '/v1/me', { key })).status, 401);
});

test('another organisation on the relay has an owner of its own, and only an owner of the first one makes any', async () => {
  const body = { name: 'Elsewhere', owner: 'Mallory' };
  const made = await world.ask<{ url: string }>('POST', '/v1/organisations', { body });
  const mallory = await open(made.json.url);
  const me = await askAs(mallory, 'GET', '/v1/me');
  assert.deepEqual(
    [me.json.role, me.json.organisation],
    ['owner', { ...(me.json.organisation as object), name: 'Elsewhere' }],
  );
  assert.deepEqual((await askAs(mallory, 'GET', '/v1/machines')).json.items, []);
  assert.equal((await askAs(mallory, 'POST', '/v1/organisations', body)).status, 403);
  const admin = await open(await invite('Ann', 'admin'));
  assert.equal((await askAs(admin, 'POST', '/v1/organisations', body)).status, 403);
  assert.equal((await askAs(admin, 'PATCH', '/v1/organisation', { name: 'Mine' })).status, 403);
  const renamed = await askAs(mallory, 'PATCH', '/v1/organisation', { name: 'Anywhere' });
  assert.equal(renamed.json.name, 'Anywhere');
});

test('an organisation keeps an owner, and only an owner makes or changes one', async () => {
  const { json: me } = await world.ask<{ person: { id: string } }>('GET', '/v1/me');
  const owner = `/v1/members/${me.person.id}`;
  assert.equal((await world.ask('DELETE', owner)).json.code, 'owner-needed');
  assert.equal((await world.ask('PATCH', owner, { body: { role: 'admin' } })).json.code, 'owner-needed');
  const invited = await open(await invite('Alan', 'admin'));
  const body = { email: 'alan@example.com', password: 'long enough' };
  assert.equal((await askAs(invited, 'PUT', '/v1/me/password', body)).status, 200);
  const own = await world.ask('POST', '/v1/sessions', { key: null, body });
  const admin = { ...invited, as: { ...invited.as, ...sessionOf(own) } };
  assert.equal((await askAs(admin, 'PATCH', `/v1/members/${admin.id}`, { role: 'owner' })).status, 403);
  assert.equal((await askAs(admin, 'DELETE', owner)).status, 403);
  assert.equal((await world.ask('PATCH', `/v1/members/${admin.id}`, { body: { role: 'owner' } })).status, 200);
  const both = await Promise.all([
    world.ask('PATCH', owner, { body: { role: 'admin' } }),
    askAs(admin, 'PATCH', `/v1/members/${admin.id}`, { role: 'admin' }),
  ]);
  assert.deepEqual(both.map(({ status }) => status).sort(), [200, 409], 'one of the two stays');
  assert.equal((await world.ask('PATCH', '/v1/members/nobody-of-ours', { body: { role: 'viewer' } })).status, 404);
});

test('everybody sees where they are signed in, and can sign out there; nobody sees or ends those of others', async () => {
  const url = await invite('Barbara', 'member');
  const phone = await open(url);
  const link = (await askAs(phone, 'POST', '/v1/sign-in-links')).json as { url: string };
  const laptop = await open(link.url);
  type Listed = { id: string; current: boolean }[];
  const items = async (who: Signed) => (await askAs(who, 'GET', '/v1/sessions')).json.items as Listed;
  const seen = await items(phone);
  assert.deepEqual(seen.map(({ current }) => current).sort(), [false, true]);
  const other = seen.find(({ current }) => !current)?.id ?? '';
  const stranger = await open(await invite('Mallory', 'admin'));
  assert.equal((await askAs(stranger, 'DELETE', `/v1/sessions/${other}`)).json.code, 'session-unknown');
  assert.equal((await askAs(phone, 'DELETE', `/v1/sessions/${other}`)).status, 200);
  assert.equal((await askAs(laptop, 'GET', '/v1/me')).status, 401);
  assert.equal((await items(phone)).length, 1);
});

test('what somebody leaves behind does not outlive them: their invitations and keys', async () => {
  const admin = await open(await invite('Eve', 'admin'));
  const left = (await askAs(admin, 'POST', '/v1/invitations', { name: 'Eve again', role: 'admin' })).json.url;
  await askAs(admin, 'POST', '/v1/keys', { name: 'left-behind', scope: 'admin' });
  assert.equal((await world.ask('DELETE', `/v1/members/${admin.id}`)).status, 200);
  assert.equal((await open(String(left))).status, 401);
  const { json } = await world.ask<{ items: { name: string }[] }>('GET', '/v1/keys');
  assert.ok(!json.items.some(({ name }) => name === 'left-behind'));
});

test('an invitation is listed until it is opened, and opens nothing once it is taken back', async () => {
  const kept = await invite('Opened', 'viewer');
  const back = await invite('Taken back', 'admin');
  const open_ = async () =>
    (await world.ask<{ items: { id: string; name: string; by: string }[] }>('GET', '/v1/invitations')).json.items;
  const listed = (await open_()).filter(({ name }) => ['Opened', 'Taken back'].includes(name));
  assert.equal(listed.length, 2);
  const { id = '' } = listed.find(({ name }) => name === 'Taken back') ?? {};
  assert.equal((await world.ask('DELETE', `/v1/invitations/${id}`)).status, 200);
  assert.equal((await open(back)).status, 401);
  assert.equal((await open(kept)).status, 201);
  assert.deepEqual(
    (await open_()).filter(({ name }) => name === 'Opened'),
    [],
  );
  assert.equal((await world.ask('DELETE', `/v1/invitations/${id}`)).json.code, 'invitation-unknown');
});

test('an invitation made with a key is void once the key is revoked', async () => {
  const { id, key } = await world.keyWith('admin');
  const made = await world.ask<{ url: string }>('POST', '/v1/invitations', {
    key,
    body: { name: 'Eve', role: 'admin' },
  });
  await world.ask('DELETE', `/v1/keys/${id}`);
  assert.equal((await open(made.json.url)).status, 401);
});

test('a member gives themselves another name', async () => {
  const who = await open(await invite('Gracee', 'member'));
  const me = await askAs(who, 'PATCH', '/v1/me', { name: 'Grace' });
  assert.equal((me.json.person as { name: string }).name, 'Grace');
});

test('who is removed leaves no password, no e-mail and no device key behind', async () => {
  const who = await open(await invite('Leaving', 'member'));
  const wanted = { email: 'leaving@example.com', password: 'long enough' };
  assert.equal((await askAs(who, 'PUT', '/v1/me/password', wanted)).status, 200);
  const again = await world.ask<{ person: { id: string } }>('POST', '/v1/sessions', { key: null, body: wanted });
  const as = { ...who, as: { ...who.as, ...sessionOf(again) } };
  const device = { name: 'phone', publicKey: 'C'.repeat(43) };
  assert.equal((await askAs(as, 'POST', '/v1/device-keys', device)).status, 201);
  assert.equal((await world.ask('DELETE', `/v1/members/${who.id}`)).status, 200);
  assert.equal((await world.ask('POST', '/v1/sessions', { key: null, body: wanted })).status, 401);
  assert.ok(!JSON.stringify((await world.ask('GET', '/v1/device-keys')).json).includes(who.id));
  const next = await open(await invite('Another', 'member'));
  assert.equal((await askAs(next, 'PUT', '/v1/me/password', wanted)).status, 200, 'the e-mail is free again');
});
