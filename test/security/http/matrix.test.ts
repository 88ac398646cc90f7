/** Who may call what: every route of the contract against every kind of credential that does not open it. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { formatKey } from '#contract/key.ts';
import { scopes } from '#contract/people.ts';
import { type Route, type RouteName, routes } from '#contract/routes.ts';
import { createKeys } from '../../../api/identity/keys.ts';
import { aliases } from '../../../api/routes/aliases.ts';
import type { Store } from '../../../api/store/store.ts';
import { type AskOptions, openApi, type TestApi } from '../../kit/api.ts';

let world: TestApi;
let machine: { readonly id: string; readonly name: string; readonly key: string };
const keys: Record<'read' | 'write' | 'execute' | 'revoked' | 'removed' | 'foreign' | 'expired', string> = {
  read: '',
  write: '',
  execute: '',
  revoked: '',
  removed: '',
  foreign: '',
  expired: '',
};

before(async () => {
  world = await openApi([], addForeigner);
  machine = await world.api.createMachine('laptop');
  for (const scope of ['read', 'write', 'execute'] as const) keys[scope] = (await world.keyWith(scope)).key;
  const revoked = await world.keyWith('admin');
  keys.revoked = revoked.key;
  assert.equal((await world.ask('DELETE', `/v1/keys/${revoked.id}`)).status, 200);
  const removed = await world.api.createMachine('old');
  keys.removed = removed.key;
  assert.equal((await world.ask('DELETE', `/v1/machines/${removed.id}`)).status, 200);
});
after(async () => await world[Symbol.asyncDispose]());

/** Another organisation with an admin, and a key that has expired: nothing over HTTP makes these. */
async function addForeigner(store: Store): Promise<void> {
  const person = { id: 'person-elsewhere', name: 'Mallory', role: 'owner' };
  await store.commit('o:elsewhere', { put: [{ table: 'people', key: person.id, value: JSON.stringify(person) }] });
  const key = { organisation: 'elsewhere', name: 'k', person: person.id, scope: 'admin' } as const;
  const by = { name: 'test', via: 'command-line' } as const;
  const { create } = createKeys(store, () => undefined);
  keys.foreign = (await create(key, by)).key;
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

for (const scope of ['read', 'write', 'execute'] as const) {
  test(`a key with the scope ${scope} gets 403 on every call that takes more`, async () => {
    const more = people.filter(([, { access }]) => {
      const takes = access === 'command' ? 'write' : access;
      return scopes.some((each) => each === takes) && scopes.indexOf(takes as 'read') > scopes.indexOf(scope);
    });
    assert.ok(more.length > 0);
    for (const each of more) assert.equal(await refusal(each, keys[scope]), '403 forbidden', each[0]);
  });
}

test('an admin of another organisation finds none of our machines, keys and commands', async () => {
  const byMachine = people.filter(([, { path }]) => path.includes(':machine') && !path.includes('commands/:id'));
  for (const each of byMachine) {
    const got = await refusal(each, keys.foreign);
    assert.match(got, /^(404 machine-unknown|400 |422 |428 )/, each[0]);
  }
  for (const path of ['/v1/machines', '/v1/keys']) {
    const { json } = await world.ask<{ items: { name: string }[] }>('GET', path, { key: keys.foreign });
    assert.deepEqual(
      json.items.filter(({ name }) => name !== 'k'),
      [],
      path,
    );
  }
  const stream = await world.ask<{ items: unknown[] }>('GET', '/v1/stream?offset=-1', { key: keys.foreign });
  assert.deepEqual(stream.json.items, []);
});

test('open routes are those that say so, and nothing else', () => {
  const open = Object.keys(routes).filter((name) => routes[name as RouteName].access === 'open');
  const device = ['deviceAuthorization', 'oauthMetadata', 'token'];
  const ways = ['oidcSignIn', 'passkeySignIn', 'sessionCreate', 'signInWays'];
  assert.deepEqual(open.sort(), [...device, ...ways, 'docs', 'hello', 'livez', 'openapi', 'readyz'].sort());
});
