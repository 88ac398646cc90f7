/** One's own account: exported whole, and deleted so that nothing of it opens a door or is kept beside the audit. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { sessionHeader } from '#contract/headers.ts';
import { limits } from '#contract/limits.ts';
import { createOrganisations } from '../../../api/identity/organisations.ts';
import { createToken, hashSecret } from '../../../api/identity/secrets.ts';
import { openConfiguredStore, startApi } from '../../../api/start.ts';
import { organisationShard } from '../../../api/store/shards.ts';
import type { Store } from '../../../api/store/store.ts';
import { createAsk, openApi, type TestApi } from '../../kit/api.ts';
import { openBridgeCalls } from '../../kit/bridge-calls.ts';
import { createPushDevice } from '../../kit/push-service.ts';
import { sessionOf } from '../../kit/session.ts';

let world: TestApi;
/** A session that the owner has since yesterday. */
const [oldCookie, oldHalf] = [createToken(), createToken()];
const old = { cookie: `sallyport=${oldCookie}`, [sessionHeader]: oldHalf };
before(async () => {
  world = await openApi([], addOldSession);
});
after(async () => await world[Symbol.asyncDispose]());

async function addOldSession(store: Store): Promise<void> {
  const { organisation, person } = await createOrganisations(store).ensureOwner('owner');
  const at = Date.now() - 24 * 3600 * 1000;
  const value = JSON.stringify({ id: 'old', organisation, person, scope: 'admin', at, way: 'link' });
  const name = `session/${hashSecret(oldCookie + oldHalf)}`;
  await store.commit('global', { tickets: [{ name, value, ttlMs: limits.sessionMs }] });
}

interface Joined {
  readonly id: string;
  readonly key: string;
  readonly as: Record<string, string>;
}

/** A member who comes in by an invitation, and makes a key. */
async function join(name: string, role = 'admin', at = world): Promise<Joined> {
  const invited = await at.ask<{ url: string }>('POST', '/v1/invitations', { body: { name, role } });
  const body = { token: invited.json.url.split('/').at(-1) };
  const opened = await at.ask<{ person: { id: string } }>('POST', '/v1/sessions', { key: null, body });
  const as = { ...sessionOf(opened), 'sec-fetch-site': 'same-origin', origin: at.url };
  const made = await at.ask<{ key: string }>('POST', '/v1/keys', {
    key: null,
    headers: as,
    body: { name: `key of ${name}`, scope: 'admin' },
  });
  return { id: opened.json.person.id, key: made.json.key, as };
}

type Line = Record<string, unknown> & { readonly is: string };

async function exportOf(key: string): Promise<{ readonly text: string; readonly lines: readonly Line[] }> {
  const response = await fetch(`${world.url}/v1/me/export`, { headers: { authorization: `Bearer ${key}` } });
  assert.deepEqual([response.status, response.headers.get('content-type')], [200, 'application/jsonl']);
  const text = await response.text();
  return {
    text,
    lines: text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Line),
  };
}

/** Everything that a person can have beside a passkey. */
async function fill({ key }: Joined, name: string, at = world): Promise<void> {
  const since = new Date().toISOString();
  const { keys } = await createPushDevice();
  const endpoint = `https://push.example.com/${name}`;
  for (const [path, body] of [
    ['/v1/push/devices', { endpoint, keys, name: `browser of ${name}` }],
    ['/v1/records', { kind: 'mark', state: 'dismissed', meta: { notice: `notice of ${name}`, since }, title: name }],
    ['/v1/device-keys', { name: `phone of ${name}`, publicKey: Buffer.alloc(32, name).toString('base64url') }],
  ] as const) {
    const { status, json } = await at.ask('POST', path, { key, body });
    assert.equal(status, 201, JSON.stringify(json));
  }
}

test('an export has all of a person, nothing of another, no secret, and an end', async () => {
  const bridge = await openBridgeCalls(world);
  const [ada, eve] = [await join('Ada'), await join('Eve')];
  await fill(ada, 'Ada');
  await fill(eve, 'Eve');
  for (const { key } of [ada, eve]) {
    const body = { kind: 'project-remove', args: { project: 'shop' } };
    const sent = await world.ask('POST', `/v1/machines/${bridge.machine}/commands`, { key, body });
    assert.equal(sent.status, 202, JSON.stringify(sent.json));
  }
  const { text, lines } = await exportOf(ada.key);
  const counts = Object.groupBy(lines, ({ is }) => is);
  for (const is of ['session', 'key', 'device-key', 'push-device', 'record', 'command'])
    assert.equal(counts[is]?.length, 1, `${is}: ${text}`);
  assert.deepEqual((lines[0] as { person?: object }).person, { id: ada.id, name: 'Ada' });
  assert.ok((counts.audit?.length ?? 0) >= 3);
  assert.equal(lines.at(-1)?.is, 'end');
  assert.ok(!text.includes('Eve') && !text.includes(eve.id), text);
  assert.ok(!text.includes(ada.key) && !/"hash":"[0-9a-f]{64}","(created|is)/.test(text));
  const reading = await world.ask<{ key: string }>('POST', '/v1/keys', {
    key: ada.key,
    body: { name: 'r', scope: 'read' },
  });
  assert.equal((await world.ask('GET', '/v1/me/export', { key: reading.json.key })).status, 403);
});

test('a deleted account opens nothing, is listed nowhere, and leaves no name in what is entered of it', async () => {
  const grace = await join('Grace');
  await fill(grace, 'Grace');
  const set = await world.ask('PUT', '/v1/me/password', {
    key: null,
    headers: grace.as,
    body: { email: 'grace@example.com', password: 'long enough' },
  });
  assert.equal(set.status, 200);
  const remove = (query: string, who: object) => world.ask('DELETE', `/v1/me${query}`, who);
  for (const query of ['', '?confirm=somebody-else']) {
    const refused = await remove(query, { key: grace.key });
    assert.deepEqual([refused.status, refused.json.code], [400, 'parameter-invalid'], query);
  }
  const gone = await remove(`?confirm=${grace.id}`, { key: grace.key });
  assert.equal(gone.status, 200, JSON.stringify(gone.json));
  for (const who of [{ key: grace.key }, { key: null, headers: grace.as }])
    assert.equal((await world.ask('GET', '/v1/me', who)).status, 401);
  const body = { email: 'grace@example.com', password: 'long enough' };
  assert.equal((await world.ask('POST', '/v1/sessions', { key: null, body })).status, 401);
  for (const path of ['/v1/members', '/v1/device-keys', '/v1/keys'])
    assert.ok(!JSON.stringify((await world.ask('GET', path)).json).includes('Grace'), path);
  const { json } = await world.ask<{ items: { by: object; about: object }[] }>(
    'GET',
    '/v1/audit?action=member-removed',
  );
  assert.deepEqual(json.items[0]?.about, { person: grace.id });
  assert.ok(!JSON.stringify(json.items[0]?.by).includes('Grace'), JSON.stringify(json.items[0]));
});

test('of a member whom an admin removes no service keeps anything either', async () => {
  const own = await openApi();
  try {
    const joan = await join('Joan', 'admin', own);
    await fill(joan, 'Joan', own);
    const { json } = await own.ask<{ organisation: { id: string } }>('GET', '/v1/me');
    assert.equal((await own.ask('DELETE', `/v1/members/${joan.id}`)).status, 200);
    await own.api[Symbol.asyncDispose]();
    await using store = await openConfiguredStore(own.config);
    const kept = await store.list(organisationShard(json.organisation.id), 'push-devices', undefined, 100);
    assert.deepEqual(kept, []);
  } finally {
    await own[Symbol.asyncDispose]();
  }
});

test('a session that lies open deletes no account', async () => {
  const me = await world.ask<{ person: { id: string } }>('GET', '/v1/me');
  const headers = { ...old, 'sec-fetch-site': 'same-origin', origin: world.url };
  const refused = await world.ask('DELETE', `/v1/me?confirm=${me.json.person.id}`, { key: null, headers });
  assert.deepEqual([refused.status, refused.json.code], [403, 'sign-in-again']);
});

test('the only owner names who comes after them; the relay then starts with that owner', async () => {
  const own = await openApi();
  try {
    const { json: me } = await own.ask<{ person: { id: string } }>('GET', '/v1/me');
    const alone = await own.ask('DELETE', `/v1/me?confirm=${me.person.id}`);
    assert.deepEqual([alone.status, alone.json.code], [409, 'owner-needed']);
    assert.match(String(alone.json.detail), /successor=ID/);
    const invited = await own.ask<{ url: string }>('POST', '/v1/invitations', {
      body: { name: 'Next', role: 'member' },
    });
    const body = { token: invited.json.url.split('/').at(-1) };
    const opened = await own.ask<{ person: { id: string } }>('POST', '/v1/sessions', { key: null, body });
    const next = opened.json.person.id;
    const gone = await own.ask('DELETE', `/v1/me?confirm=${me.person.id}&successor=${next}`);
    assert.equal(gone.status, 200, JSON.stringify(gone.json));
    await own.api[Symbol.asyncDispose]();
    await using again = await startApi(own.config);
    const { key } = await again.ownerKey();
    const after = await createAsk(again.url, key)<{ person: { id: string }; role: string }>('GET', '/v1/me');
    assert.deepEqual([after.json.person?.id, after.json.role], [next, 'owner']);
  } finally {
    await own[Symbol.asyncDispose]();
  }
});
