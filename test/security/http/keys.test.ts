/** Keys over HTTP: shown once, listed without their secret, ended for good. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { parseKey } from '#contract/key.ts';
import { openApi, type TestApi } from '../../kit/api.ts';

let world: TestApi;

before(async () => {
  world = await openApi();
});
after(async () => await world[Symbol.asyncDispose]());

interface Listed {
  readonly items: readonly {
    readonly id: string;
    readonly name: string;
    readonly machine?: string;
    readonly lastUsedAt?: string;
  }[];
  readonly next?: string;
}

test('a key is shown by the answer that makes it, and by no list', async () => {
  const made = await world.ask<{ key: string; scope: string; expiresAt: string }>('POST', '/v1/keys', {
    body: { name: 'ci', scope: 'write', expiresInDays: 1 },
  });
  assert.equal(made.status, 201);
  assert.equal(parseKey(made.json.key), 'spu');
  assert.ok(Math.abs(Date.parse(made.json.expiresAt) - Date.now() - 86_400_000) < 60_000);
  const machine = await world.api.createMachine('laptop');
  assert.equal(parseKey(machine.key), 'spm');
  const { json } = await world.ask<Listed>('GET', '/v1/keys');
  assert.deepEqual(json.items.map(({ name }) => name).sort(), ['ci', 'laptop', 'owner']);
  assert.equal(json.items.find(({ name }) => name === 'laptop')?.machine, machine.id);
  assert.ok(json.items.find(({ name }) => name === 'owner')?.lastUsedAt);
  assert.ok(!JSON.stringify(json).includes(made.json.key) && !JSON.stringify(json).includes(machine.key));
});

test('a key without a scope reads, and an unknown scope is refused', async () => {
  assert.equal((await world.ask('POST', '/v1/keys', { body: { name: 'x' } })).json.scope, 'read');
  assert.equal((await world.ask('POST', '/v1/keys', { body: { name: 'x', scope: 'root' } })).status, 400);
  assert.equal((await world.ask('POST', '/v1/keys', { body: { name: 'x', expiresInDays: 0 } })).status, 400);
});

test('a list of keys comes in pages that hold each once', async () => {
  for (let number = 0; number < 5; number++) await world.keyWith('read');
  const ids: string[] = [];
  let path: string | undefined = '/v1/keys?limit=2';
  while (path !== undefined) {
    const { json }: { json: Listed } = await world.ask<Listed>('GET', path);
    ids.push(...json.items.map(({ id }) => id));
    path = json.next;
  }
  assert.equal(new Set(ids).size, ids.length);
  assert.ok(ids.length >= 6);
});

test('a revoked key says so from then on, is in no list, and cannot be revoked twice', async () => {
  const { id, key } = await world.keyWith('read');
  assert.equal((await world.ask('GET', '/v1/me', { key })).status, 200);
  assert.equal((await world.ask('DELETE', `/v1/keys/${id}`)).status, 200);
  const { status, json, headers } = await world.ask('GET', '/v1/me', { key });
  assert.equal(`${status} ${json.code}`, '401 key-revoked');
  assert.match(headers.get('www-authenticate') ?? '', /^Bearer/);
  assert.equal((await world.ask('DELETE', `/v1/keys/${id}`)).json.code, 'key-id-unknown');
  const { json: list } = await world.ask<Listed>('GET', '/v1/keys?limit=500');
  assert.ok(!list.items.some((item) => item.id === id));
});
