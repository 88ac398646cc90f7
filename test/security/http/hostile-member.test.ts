/** What a member of an organisation can take from the others: a viewer fills nothing but their own share, however they try, and an admin ends all that they hold at once. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { limits } from '#contract/limits.ts';
import { type Answered, openApi, type TestApi } from '../../kit/api.ts';
import { anyRev, type BridgeCalls, openBridgeCalls } from '../../kit/bridge-calls.ts';
import { eventually } from '../../kit/eventually.ts';
import { heldBytes } from '../../kit/held-bytes.ts';
import { type Session, sessionOf } from '../../kit/session.ts';

const MIB = 1024 * 1024;
let world: TestApi;
let bridge: BridgeCalls;
before(async () => {
  world = await openApi();
  bridge = await openBridgeCalls(world, 'laptop');
});
after(async () => await world[Symbol.asyncDispose]());

interface Somebody {
  readonly id: string;
  readonly session: Session;
}

const ours = () => ({ origin: new URL(world.url).origin, 'sec-fetch-site': 'same-origin' });
const as = ({ session }: Pick<Somebody, 'session'>, method: string, path: string, body?: object) =>
  world.ask(method, path, { key: null, headers: { ...ours(), ...session }, ...(body === undefined ? {} : { body }) });
const tokenOf = ({ json }: Answered) => String(json.url).split('/').at(-1);

/** Whoever opens a link, in another browser. */
async function open(link: Answered): Promise<Somebody & { readonly status: number }> {
  const body = { token: tokenOf(link) };
  const answer = await world.ask<{ person: { id: string } }>('POST', '/v1/sessions', {
    key: null,
    headers: ours(),
    body,
  });
  return { id: answer.json.person?.id ?? '', session: sessionOf(answer), status: answer.status };
}

const invite = async (name: string, role: string) =>
  await open(await world.ask('POST', '/v1/invitations', { body: { name, role } }));

const said = ({ status, json }: Answered) => `${status} ${json.code}`;

test('a member whose commands have large results takes no more of the store than their share, in bytes', async () => {
  const member = await invite('Vic', 'member');
  const before = await heldBytes(world);
  const text = 'x'.repeat(4 * MIB);
  let after = 0;
  for (let count = 0; count < 9; count++) {
    const command = { kind: 'spec-archive', args: { project: 'p', spec: `${count}` }, ifRev: anyRev };
    assert.equal((await as(member, 'POST', `/v1/machines/${bridge.machine}/commands`, command)).status, 202);
    const polled = await bridge.poll<{ commands: { id: string; lease: string }[]; after: number }>(after);
    after = polled.json.after;
    for (const each of polled.json.commands) await bridge.settle(each, 'done', { result: { text } });
  }
  const taken = (await heldBytes(world)) - before;
  assert.ok(taken < limits.keptBytesPerPersonMax * 1.3, `${taken} bytes were taken`);
});

test('a member who fills the queue of a machine leaves it open for the others', async () => {
  const [filler, member] = [await invite('Val', 'member'), await invite('Max', 'member')];
  const command = { kind: 'spec-archive', args: { project: 'p', spec: 'a' }, ifRev: anyRev, whenOffline: 'queue' };
  const send = (who: Somebody) => as(who, 'POST', `/v1/machines/${bridge.machine}/commands`, command);
  const sent = await Promise.all(Array.from({ length: limits.commandsQueuedPerPersonMax + 5 }, () => send(filler)));
  const refused = sent.filter(({ status }) => status !== 202);
  assert.equal(refused.length, 5);
  assert.ok(refused.every((answer) => said(answer) === '429 queue-full'));
  assert.equal((await send(member)).status, 202);
});

test('a viewer takes their own device keys and no more, and others have room for theirs', async () => {
  const [viewer, member] = [await invite('Eve', 'viewer'), await invite('Mia', 'member')];
  const add = (who: Somebody, number: number) =>
    as(who, 'POST', '/v1/device-keys', {
      name: `phone ${number}`,
      publicKey: Buffer.alloc(32, `${who.id}${number}`).toString('base64url'),
    });
  const own = await Promise.all(Array.from({ length: limits.deviceKeysPerPersonMax + 3 }, (_, n) => add(viewer, n)));
  assert.deepEqual(own.filter(({ status }) => status !== 201).map(said), Array(3).fill('409 device-keys-full'));
  assert.equal((await add(member, 0)).status, 201);
});

test('a viewer who makes sign-in links without end is stopped, and the audit still tells of a new key', async () => {
  const viewer = await invite('Lin', 'viewer');
  const { id } = await world.keyWith('read');
  const made: string[] = [];
  for (let count = 0; count < limits.signInLinksPerHourMax + 2; count++)
    made.push(said(await as(viewer, 'POST', '/v1/sign-in-links')));
  assert.deepEqual(made.slice(-2), Array(2).fill('429 too-many-requests'));
  assert.equal(made.filter((each) => each.startsWith('201')).length, limits.signInLinksPerHourMax);
  const { json } = await world.ask<{ items: { about: { key: string } }[] }>('GET', '/v1/audit?action=key-made');
  assert.ok(json.items.some(({ about }) => about.key === id));
});

test('somebody signed in on too many browsers loses the one that was not used for longest, never the newest', async () => {
  const member = await invite('Sam', 'member');
  const sessions: Somebody[] = [member];
  for (let count = 0; count < limits.sessionsPerPersonMax; count++)
    sessions.push(await open(await as(sessions.at(-1) ?? member, 'POST', '/v1/sign-in-links')));
  const statuses = await Promise.all(sessions.map(async (who) => (await as(who, 'GET', '/v1/me')).status));
  assert.deepEqual(statuses, [401, ...Array(limits.sessionsPerPersonMax).fill(200)]);
});

test('one person has so many keys, and hears what to do about it', async () => {
  const admin = await invite('Ada', 'admin');
  const make = () => as(admin, 'POST', '/v1/keys', { name: 'k', scope: 'read' });
  const made: Answered[] = [];
  for (let count = 0; count <= limits.keysPerPersonMax; count++) made.push(await make());
  const refused = made.at(-1) as Answered;
  assert.equal(said(refused), '409 too-many-kept');
  assert.match(String(refused.json.detail), /100 keys of yours/);
  await as(admin, 'DELETE', `/v1/keys/${made[0]?.json.id}`);
  assert.equal((await make()).status, 201);
});

test('whoever renames themselves all day is stopped before the audit of what opens doors is full of it', async () => {
  const viewer = await invite('Nan', 'viewer');
  const answers = await Promise.all(
    Array.from({ length: limits.doorActsPerDayMax + 5 }, (_, n) => as(viewer, 'PATCH', '/v1/me', { name: `Nan ${n}` })),
  );
  assert.equal(answers.filter((answer) => said(answer) === '429 too-many-requests').length, 5);
  assert.equal((await as(viewer, 'GET', '/v1/me')).status, 200);
});

test('an admin ends all that a member holds at once, and the member stays one and may sign in again (I13)', async () => {
  const admin = await invite('Roy', 'admin');
  const key = String((await as(admin, 'POST', '/v1/keys', { name: 'k', scope: 'admin' })).json.key);
  const [link, invitation] = [
    await as(admin, 'POST', '/v1/sign-in-links'),
    await as(admin, 'POST', '/v1/invitations', { name: 'Friend', role: 'admin' }),
  ];
  const publicKey = Buffer.alloc(32, 7).toString('base64url');
  assert.equal((await as(admin, 'POST', '/v1/device-keys', { name: 'phone', publicKey })).status, 201);
  const held = world.ask('GET', '/v1/feeds/p/events?live=long-poll&wait=30', { key });

  const answer = await world.ask('POST', `/v1/members/${admin.id}/revocations`);
  assert.equal(answer.status, 200);
  assert.equal(said(await held), '401 key-revoked');
  await eventually(async () => (await as(admin, 'GET', '/v1/me')).status === 401);
  assert.equal((await open(link)).status, 401);
  assert.equal((await open(invitation)).status, 401);
  const { json: devices } = await world.ask<{ items: { person: string }[] }>('GET', '/v1/device-keys');
  assert.ok(!devices.items.some(({ person }) => person === admin.id));
  const { json: told } = await world.ask<{ items: { about: { person: string } }[] }>(
    'GET',
    '/v1/audit?action=member-revoked',
  );
  assert.equal(told.items[0]?.about.person, admin.id);
  const again = await open(await world.ask('POST', `/v1/members/${admin.id}/sign-in-links`));
  assert.equal((await as(again, 'GET', '/v1/me')).json.role, 'admin');
});

test('an admin does not revoke what an owner holds', async () => {
  const admin = await invite('Pat', 'admin');
  const me = await world.ask<{ person: { id: string } }>('GET', '/v1/me');
  assert.equal(said(await as(admin, 'POST', `/v1/members/${me.json.person.id}/revocations`)), '403 forbidden');
  assert.equal((await world.ask('GET', '/v1/me')).status, 200);
});
