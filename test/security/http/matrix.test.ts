/** Who may call what: every route of the contract against every kind of credential that does not open it. */
import assert from 'node:assert/strict';
import { createECDH } from 'node:crypto';
import { after, before, test } from 'node:test';
import { formatKey } from '#contract/key.ts';
import { commandKind } from '#contract/kinds/index.ts';
import { type Route, type RouteName, routes } from '#contract/routes.ts';
import { type Role, roles, type Scope, scopes } from '#contract/scopes.ts';
import { scopeOfKind, scopeOfRole } from '../../../api/identity/caller.ts';
import { createKeys } from '../../../api/identity/keys.ts';
import { aliases } from '../../../api/routes/aliases.ts';
import type { Store } from '../../../api/store/store.ts';
import { type AskOptions, openApi, type TestApi } from '../../kit/api.ts';
import { anyRev, openBridgeCalls, testProject } from '../../kit/bridge-calls.ts';
import { sessionOf } from '../../kit/session.ts';

let world: TestApi;
let machine: { readonly id: string; readonly name: string; readonly key: string };
const keys: Record<'revoked' | 'removed' | 'foreign' | 'expired', string> = {
  revoked: '',
  removed: '',
  foreign: '',
  expired: '',
};
/** A key of the owner with each scope, and one with the widest scope of a member with each role. */
const byScope = {} as Record<Scope, string>;
const byRole = {} as Record<Role, string>;

before(async () => {
  world = await openApi([], addExpired);
  machine = await world.api.createMachine('laptop');
  for (const scope of scopes) byScope[scope] = (await world.keyWith(scope)).key;
  for (const role of roles) byRole[role] = role === 'owner' ? byScope.admin : await keyOfMember(role);
  keys.foreign = await keyOfForeigner();
  const revoked = await world.keyWith('admin');
  keys.revoked = revoked.key;
  assert.equal((await world.ask('DELETE', `/v1/keys/${revoked.id}`)).status, 200);
  const removed = await world.api.createMachine('old');
  keys.removed = removed.key;
  assert.equal((await world.ask('DELETE', `/v1/machines/${removed.id}`)).status, 200);
});
after(async () => await world[Symbol.asyncDispose]());

/** A member with this role, who comes in by an invitation and makes the widest key that they may. */
async function keyOfMember(role: Role): Promise<string> {
  const invited = await world.ask<{ url: string }>('POST', '/v1/invitations', {
    // Only an admin makes keys: the key is made first, and does what the role says from then on.
    body: { name: role, role: 'admin' },
  });
  const token = invited.json.url.split('/').at(-1);
  const opened = await world.ask<{ person: { id: string } }>('POST', '/v1/sessions', { key: null, body: { token } });
  const { id } = opened.json.person;
  const as = { ...sessionOf(opened), origin: world.url, 'sec-fetch-site': 'same-origin' };
  const made = await world.ask<{ key: string }>('POST', '/v1/keys', {
    key: null,
    headers: as,
    body: { name: role, scope: 'admin' },
  });
  assert.equal((await world.ask('PATCH', `/v1/members/${id}`, { body: { role } })).status, 200);
  return made.json.key;
}

/** The owner of another organisation on this relay. */
async function keyOfForeigner(): Promise<string> {
  const made = await world.ask<{ url: string }>('POST', '/v1/organisations', {
    body: { name: 'Elsewhere', owner: 'Mallory' },
  });
  const body = { token: made.json.url.split('/').at(-1) };
  const opened = await world.ask('POST', '/v1/sessions', { key: null, body });
  const headers = { ...sessionOf(opened), origin: world.url, 'sec-fetch-site': 'same-origin' };
  const key = await world.ask<{ key: string }>('POST', '/v1/keys', {
    key: null,
    headers,
    body: { name: 'k', scope: 'admin' },
  });
  return key.json.key;
}

/** A key that has expired: nothing over HTTP makes one. */
async function addExpired(store: Store): Promise<void> {
  const person = { id: 'person-elsewhere', name: 'Mallory', role: 'owner' };
  await store.commit('o:elsewhere', { put: [{ table: 'people', key: person.id, value: JSON.stringify(person) }] });
  const key = { organisation: 'elsewhere', name: 'k', person: person.id, scope: 'admin' } as const;
  const by = { name: 'test', via: 'command-line' } as const;
  const { create } = createKeys(store, () => undefined);
  keys.expired = (await create({ ...key, expiresAt: Date.now() - 1000 }, by)).key;
}

const everyRoute: readonly (readonly [string, Route])[] = [
  ...Object.entries<Route>(routes),
  ...aliases.map(({ kindName, route }) => [`alias of ${kindName}`, route] as const),
];
const people = everyRoute.filter(([, { access }]) => access !== 'open' && access !== 'machine');
const bridges = everyRoute.filter(([, { access }]) => access === 'machine');

async function refusal([, route]: readonly [string, Route], key: string | null) {
  const path = route.path.replace('/:machine', `/${machine.id}`).replace(/[:*][a-z]+/g, 'a'.repeat(10));
  const options: AskOptions = route.method === 'GET' ? { key } : { key, ...bodyFor(route) };
  const { status, json } = await world.ask(route.method, path, options);
  return `${status} ${json.code}`;
}

/** As good as can be, so that it is the credential that is refused. */
function bodyFor(route: Route): AskOptions {
  if (route === routes.commandSend) return { body: { kind: 'spec-archive', args: {} } };
  // An owner's alone, beside the scope: what is asked here is only whether the scope is taken.
  if (route === routes.backupCreate) return { body: { unknown: true } };
  return { body: {} };
}

const wanted: readonly (readonly [string, () => string | null, readonly (readonly [string, Route])[], string])[] = [
  ['no key', () => null, [...people, ...bridges], '401 key-missing'],
  ['a malformed key', () => 'spu_123', [...people, ...bridges], '401 key-unknown'],
  ['a key with a typo', () => `${world.ownerKey.slice(0, -1)}~`, people, '401 key-unknown'],
  ['a well-formed key of nobody', () => formatKey('spu', 'x'.repeat(30)), people, '401 key-unknown'],
  ['a revoked key', () => keys.revoked, [...people, ...bridges], '401 key-revoked'],
  ['an expired key', () => keys.expired, people, '401 key-expired'],
  ["a removed machine's key", () => keys.removed, [...bridges, ...people], '403 machine-removed'],
  ["a machine's key on a person's call", () => machine.key, people, '403 forbidden'],
  ["a person's key on a machine's call", () => world.ownerKey, bridges, '403 forbidden'],
];

for (const [title, key, among, expected] of wanted) {
  test(`${title} gets ${expected} on every route`, async () => {
    // One at a time and with good keys in between: 30 wrong keys a minute are let through to be told so.
    for (const each of among) {
      const got = await refusal(each, key());
      assert.ok(
        got === expected || (expected.endsWith('key-unknown') && got === '429 too-many-requests'),
        `${each[0]}: ${got}`,
      );
    }
  });
}

/** The scope that a call takes; of `command`, what the kind takes: that of the body above, or of the alias. */
function scopeTaken([name, { access }]: readonly [string, Route]): Scope {
  if (access !== 'command') return access as Scope;
  const alias = aliases.find(({ kindName }) => name === `alias of ${kindName}`);
  return scopeOfKind(commandKind(alias?.kindName ?? 'spec-archive') ?? { risk: 'write' });
}

/** On things that nobody has, so that what is allowed changes nothing. */
async function onNothing([, route]: readonly [string, Route], key: string): Promise<'taken' | 'refused'> {
  const path = route.path.replace(/[:*][a-z]+/g, 'a'.repeat(16));
  const { status, json } = await world.ask(route.method, path, {
    key,
    ...(route.method === 'GET' ? {} : bodyFor(route)),
  });
  assert.notEqual(status, 401, path);
  assert.ok(status < 500, `${path}: ${status}`);
  return status === 403 && json.code === 'forbidden' ? 'refused' : 'taken';
}

/** Calls that take the whole of a person, whatever their role: they speak for their keys and ways in. With a body that fits. */
const whole: Partial<Record<RouteName, object>> = {
  meChange: { name: 'another' },
  passwordSet: { email: 'a@example.com', password: 'long enough' },
  passkeyOptions: {},
  passkeyAdd: { name: 'phone', response: { id: 'x' } },
  passkeyRemove: {},
  accountBegin: {},
  accountLink: { oidc: '?code=x' },
  deviceKeyAdd: { name: 'phone', publicKey: 'B'.repeat(43) },
  deviceKeyRemove: {},
  sessionRevoke: {},
  meExport: {},
  meRemove: {},
};
/** What the query of such a call has to say. */
const queries: Partial<Record<RouteName, string>> = { meRemove: '?confirm=somebody' };

for (const scope of ['read', 'write', 'execute'] as const) {
  test(`a key with the scope ${scope} of somebody who may do more adds no way in, no key that signs, ends no session and deletes no account`, async () => {
    for (const [name, body] of Object.entries(whole)) {
      const { path, method } = routes[name as RouteName];
      const filled = `${path.replace(/:[a-z]+/g, 'a'.repeat(16))}${queries[name as RouteName] ?? ''}`;
      const options = { key: byScope[scope], ...(method === 'GET' ? {} : { body }) };
      const { status, json } = await world.ask(method, filled, options);
      assert.equal(`${status} ${json.code}`, '403 forbidden', name);
    }
  });
}

for (const scope of scopes) {
  test(`a key with the scope ${scope} is taken on every call that takes it or less, and refused on the others`, async () => {
    for (const each of people) {
      if (Object.hasOwn(whole, each[0]) && scope !== 'admin') continue;
      const right = scopes.indexOf(scopeTaken(each)) <= scopes.indexOf(scope) ? 'taken' : 'refused';
      assert.equal(await onNothing(each, byScope[scope]), right, each[0]);
    }
  });
}

for (const role of roles) {
  test(`the role ${role} is taken and refused as its scope is, with the widest key`, async () => {
    for (const each of people) {
      const right = scopes.indexOf(scopeTaken(each)) <= scopes.indexOf(scopeOfRole[role]) ? 'taken' : 'refused';
      assert.equal(await onNothing(each, byRole[role]), right, each[0]);
    }
  });
}

/** Every call that names something, with what names it here, a body that fits, and the one right answer to another organisation's admin. */
const named: Partial<Record<RouteName, readonly [problem: string, body?: object]>> = {
  machine: ['404 machine-unknown'],
  machineRename: ['404 machine-unknown', { name: 'theirs' }],
  machineRemove: ['404 machine-unknown'],
  machineKeyReplace: ['404 machine-unknown'],
  projects: ['404 machine-unknown'],
  documents: ['404 machine-unknown'],
  document: ['404 machine-unknown'],
  body: ['404 machine-unknown'],
  bodies: ['404 machine-unknown'],
  snapshot: ['404 machine-unknown'],
  feedEvents: ['404 machine-unknown'],
  feedSnapshot: ['404 machine-unknown'],
  queryAsk: ['404 machine-unknown', { kind: 'project-info', args: { project: 'p' } }],
  commandSend: ['404 machine-unknown', { kind: 'spec-archive', args: { project: 'p', spec: 'a' }, ifRev: anyRev }],
  commands: ['404 machine-unknown'],
  command: ['404 machine-unknown'],
  commandCancel: ['404 machine-unknown', {}],
  machineRecords: ['404 machine-unknown'],
  machineRecord: ['404 machine-unknown'],
  recordInputs: ['404 channel-unknown', { producer: 'tab', seq: 1, inputs: ['ls'] }],
  recordSnapshot: ['404 channel-unknown'],
  record: ['404 record-unknown'],
  recordChange: ['404 record-unknown', { title: 'theirs' }],
  recordRemove: ['404 record-unknown'],
  pushChange: ['404 push-device-unknown', {}],
  pushRemove: ['404 push-device-unknown', {}],
  pushTest: ['404 push-device-unknown', {}],
  pushNotice: ['404 notice-unknown'],
  webhookRemove: ['404 webhook-unknown', {}],
  webhookTest: ['404 webhook-unknown', {}],
  memberChange: ['404 person-unknown', { role: 'viewer' }],
  memberRemove: ['404 person-unknown'],
  memberRevoke: ['404 person-unknown'],
  memberSignInLink: ['404 person-unknown'],
  sessionRevoke: ['404 session-unknown'],
  keyRevoke: ['404 key-id-unknown'],
  invitationRevoke: ['404 invitation-unknown'],
  deviceKeyRemove: ['404 device-key-unknown'],
  passkeyRemove: ['404 passkey-unknown'],
};

test('an admin of another organisation finds nothing of ours, by whatever name (I1)', async () => {
  const ids = await idsOfOurs();
  const parameterised = people.filter(([name, { path }]) => path.includes(':') && !name.startsWith('alias'));
  assert.deepEqual(
    parameterised.map(([name]) => name).sort(),
    Object.keys(named).sort(),
    'a new call needs its answer here',
  );
  for (const [name, route] of parameterised) {
    const [right, body] = named[name as RouteName] ?? [];
    const rev = 'f'.repeat(64);
    const filled = route.path.replace(/[:*]([a-z]+)/g, (_, parameter: string) => ids[parameter] ?? rev);
    const path = name === 'bodies' ? `${filled}?revs=${rev}` : filled;
    const { status, json } = await world.ask(route.method, path, {
      key: keys.foreign,
      ...(body === undefined ? {} : { body }),
    });
    assert.equal(`${status} ${json.code}`, right, name);
  }
  for (const [name, route] of people.filter(([each, { path }]) => each.startsWith('alias') && path.includes(':'))) {
    const path = route.path.replace(/[:*]([a-z]+)/g, (_, parameter: string) => ids[parameter] ?? 'x');
    const { status } = await world.ask(route.method, path, {
      key: keys.foreign,
      ...(route.method === 'GET' ? {} : { body: {}, headers: { 'if-match': `"${'f'.repeat(64)}"` } }),
    });
    assert.ok([404, 422].includes(status), `${name}: ${status}`);
  }
});

/** Names of things of our own organisation, by parameter. */
async function idsOfOurs(): Promise<Record<string, string>> {
  const first = async (path: string) =>
    (await world.ask<{ items: { id: string }[] }>('GET', path)).json.items[0]?.id ?? '';
  const bridge = await openBridgeCalls(world, 'of-ours');
  const sent = await world.ask<{ id: string }>('POST', `/v1/machines/${bridge.machine}/commands`, {
    body: { kind: 'spec-archive', args: { project: 'p', spec: 'a' }, ifRev: anyRev },
  });
  const view = { kind: 'view', title: 'Ours', state: 'saved', meta: { place: 'specs', query: {} } };
  const kept = await world.ask<{ id: string }>('POST', '/v1/records', { body: view });
  assert.ok(kept.json.id, JSON.stringify(kept.json));
  const publicKey = 'A'.repeat(43);
  const device = await world.ask<{ fingerprint: string }>('POST', '/v1/device-keys', {
    body: { name: 'phone', publicKey },
  });
  const keysOfPhone = { p256dh: createECDH('prime256v1').generateKeys('base64url'), auth: 'A'.repeat(22) };
  const phone = await world.ask<{ id: string }>('POST', '/v1/push/devices', {
    body: { endpoint: 'https://push.example/ours', keys: keysOfPhone, name: 'phone' },
  });
  const webhook = await world.ask<{ id: string }>('POST', '/v1/webhooks', {
    body: { name: 'ours', url: 'https://hooks.example/ours' },
  });
  return {
    device: phone.json.id,
    webhook: webhook.json.id,
    machine: bridge.machine,
    feed: `m.${bridge.machine}`,
    id: sent.json.id,
    record: kept.json.id,
    person: await first('/v1/members'),
    me: (await world.ask<{ person: { id: string } }>('GET', '/v1/me')).json.person.id,
    key: await first('/v1/keys'),
    fingerprint: device.json.fingerprint,
  };
}

test('what another organisation lists and hears has nothing of ours', async () => {
  const lists = people.filter(
    ([name, { method, path }]) => method === 'GET' && !path.includes(':') && name !== 'streamAll',
  );
  const ours = JSON.stringify(await idsOfOurs());
  for (const [name, { path }] of lists) {
    const { json } = await world.ask('GET', path, { key: keys.foreign });
    for (const id of Object.values<string>(JSON.parse(ours)))
      assert.ok(!JSON.stringify(json).includes(id), `${name} tells ${id}`);
  }
  for (const feed of ['o', 'p']) {
    const path = `/v1/feeds/${feed}/events?offset=-1`;
    const { json } = await world.ask<{ events: unknown[] }>('GET', path, { key: keys.foreign });
    assert.deepEqual(json.events, []);
  }
});

test("another machine's key does nothing to a machine, on any of the bridge's calls", async () => {
  const [own, other] = [await openBridgeCalls(world, 'own'), await openBridgeCalls(world, 'other')];
  await own.put('specs/001-a/README.md', 'mine');
  const sent = await world.ask<{ id: string }>('POST', `/v1/machines/${own.machine}/commands`, {
    body: { kind: 'spec-archive', args: { project: testProject, spec: 'a' }, ifRev: anyRev },
  });
  const state = async () => {
    const paths = [
      `/v1/machines/${own.machine}`,
      `/v1/machines/${own.machine}/documents`,
      `/v1/machines/${own.machine}/commands/${sent.json.id}`,
    ];
    const answers = await Promise.all(paths.map((path) => world.ask('GET', path)));
    return JSON.stringify(answers.map(({ json: { lastSeenAt: _, ...json } }) => json));
  };
  const before = await state();
  const post = (path: string, body: object) => world.ask('POST', `/v1/bridge/${path}`, { key: other.key, body });
  const polled = await post('poll', { epoch: other.epoch, after: 0, holding: [], waitSeconds: 0 });
  assert.deepEqual(polled.json.commands, []);
  const settled = await post('results', {
    epoch: other.epoch,
    items: [{ id: sent.json.id, lease: '1.1', state: 'done', result: {} }],
  });
  assert.deepEqual(settled.json.items, [{ id: sent.json.id, outcome: 'unknown' }]);
  assert.deepEqual((await post('manifest', { epoch: other.epoch, documents: {} })).status < 500, true);
  await other.put('specs/001-a/README.md', 'theirs');
  await post('bye', { epoch: own.epoch });
  assert.equal(await state(), before);
});

test('open routes are those that say so, and nothing else', () => {
  const open = Object.keys(routes).filter((name) => routes[name as RouteName].access === 'open');
  const device = ['deviceAuthorization', 'oauthMetadata', 'token'];
  const ways = ['oidcSignIn', 'passkeySignIn', 'sessionCreate', 'signInWays'];
  assert.deepEqual(open.sort(), [...device, ...ways, 'docs', 'hello', 'livez', 'openapi', 'readyz'].sort());
});
