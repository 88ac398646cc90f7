/** What identity does with rows of the release before, and with rows that it cannot read. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createEmails } from '../../api/identity/emails.ts';
import { createIdentity } from '../../api/identity/identity.ts';
import { openStore } from '../../api/store/open.ts';
import { globalShard, organisationShard } from '../../api/store/shards.ts';

const browser = { isPlain: true };

async function openWorld() {
  const store = await openStore('sqlite::memory:');
  const identity = createIdentity(store);
  const owner = await identity.organisations.ensureOwner('Ada');
  const shard = organisationShard(owner.organisation);
  const ruin = (table: string, key: string) => store.commit(shard, { put: [{ table, key, value: '{"role":7}' }] });
  return { store, identity, owner, shard, ruin, [Symbol.asyncDispose]: () => store[Symbol.asyncDispose]() };
}

test('an e-mail of release 0.1, whose row names one holder, goes on to sign them in and takes further ones', async () => {
  await using world = await openWorld();
  const { store, owner } = world;
  const value = JSON.stringify(owner);
  await store.commit(globalShard, { put: [{ table: 'ways/email', key: 'ada@example.org', value }] });
  const emails = createEmails(store);
  assert.deepEqual(await emails.holders('Ada@example.org'), [owner]);
  const bob = { ...owner, person: 'bob' };
  await emails.add('ada@example.org', bob);
  assert.deepEqual(await emails.holders('ada@example.org'), [owner, bob]);
});

test('a session of release 0.1, whose ticket has no id, has ended', async () => {
  await using world = await openWorld();
  const { store, identity, owner } = world;
  const value = JSON.stringify({ ...owner, scope: 'admin' });
  await store.commit(globalShard, { tickets: [{ name: 'session/hash', value, ttlMs: 60_000 }] });
  await assert.rejects(identity.sessions.find('hash'), { code: 'session-ended' });
});

test('a member that cannot be read is left out of the list, and is no owner who could stay alone', async () => {
  await using world = await openWorld();
  const { identity, owner, ruin } = world;
  await ruin('people', 'unreadable');
  const { items } = await identity.people.list(owner.organisation, undefined, 100);
  assert.deepEqual(
    items.map(({ id }) => id),
    [owner.person],
  );
  const { token } = await identity.sessions.begin({ ...owner, scope: 'admin' }, 'link', browser);
  const caller = await identity.callerOfSession(token);
  await assert.rejects(identity.people.remove(owner.person, caller), { code: 'owner-needed' });
});

test('a key, a session, an invitation and a device key that cannot be read stop no list, and no removal of a person', async () => {
  await using world = await openWorld();
  const { store, identity, owner, shard, ruin } = world;
  const { token } = await identity.sessions.begin({ ...owner, scope: 'admin' }, 'link', browser);
  const caller = await identity.callerOfSession(token);
  const by = { person: owner.person, name: 'Ada', via: 'session' } as const;
  const { record, key } = await identity.keys.create({ ...owner, name: 'mine', scope: 'read' }, by);
  await ruin('keys', '!');
  await store.commit(shard, { put: [{ table: 'keys', key: '!', value: 'lost' }] });
  await store.commit(globalShard, { put: [{ table: 'keys', key: 'lost', value: 'no JSON' }] });
  for (const table of [`sessions:${owner.person}`, 'invitations', 'device-keys', `ways:${owner.person}`])
    await ruin(table, 'passkey/!');
  assert.deepEqual(
    (await identity.keys.list(owner.organisation, undefined, 10)).items.map(({ id }) => id),
    [record.id],
  );
  assert.equal((await identity.sessions.list(owner.organisation, owner.person)).length, 1);
  assert.deepEqual(await identity.invitations.list(owner.organisation), []);
  assert.deepEqual(await identity.deviceKeys.list(owner.organisation), []);
  assert.deepEqual(await identity.passkeys.list(owner), []);
  await identity.forget(owner, by);
  await assert.rejects(identity.callerOfKey(key), { code: 'key-revoked' });
  assert.equal(caller.role, 'owner');
});
