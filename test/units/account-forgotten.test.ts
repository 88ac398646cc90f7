/** What is left in the store of somebody who is no member any more: nothing by which they signed in, and no device that is notified. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PersonCaller } from '../../api/identity/caller.ts';
import { createIdentity } from '../../api/identity/identity.ts';
import { pushService } from '../../api/services/push/index.ts';
import type { ServiceParts } from '../../api/services/service.ts';
import { openStore } from '../../api/store/open.ts';
import { globalShard, organisationShard } from '../../api/store/shards.ts';

test('the sessions of a member who is gone are no longer kept, by line or by ticket', async () => {
  await using store = await openStore('sqlite::memory:');
  const identity = createIdentity(store);
  const whose = await identity.organisations.ensureOwner('owner');
  await identity.sessions.begin({ ...whose, scope: 'admin' }, 'link', { agent: 'Browser', isPlain: false });
  const [session] = await identity.sessions.list(whose.organisation, whose.person);
  assert.ok(session);
  assert.ok(await store.ticket(globalShard, `session/${session.hash}`));
  await identity.forget(whose, { name: 'test', via: 'command-line' });
  assert.equal(await store.count(organisationShard(whose.organisation), `sessions:${whose.person}`), 0);
  assert.deepEqual(await identity.sessions.list(whose.organisation, whose.person), []);
  assert.equal(await store.ticket(globalShard, `session/${session.hash}`), undefined);
});

test('the push devices of a person go with their account, those of others stay', async () => {
  await using store = await openStore('sqlite::memory:');
  const kept = pushService.ofPerson?.({ store } as ServiceParts);
  assert.ok(kept);
  const put = async (id: string, person: string) => {
    const row = {
      ...{ id, person, personName: person, name: id, endpoint: `https://push.example.com/${id}`, p256dh: '', auth: '' },
      ...{ credential: { type: 'key', hash: '' }, scope: 'read', createdAt: 0 },
    };
    await store.commit(organisationShard('o'), {
      put: [{ table: 'push-devices', key: id, value: JSON.stringify(row) }],
    });
  };
  await put('phone', 'ada');
  await put('desk', 'eve');
  const caller = (person: string) => ({ organisation: 'o', person }) as PersonCaller;
  const named = async (person: string) => (await kept.read(caller(person))).map((device) => Object.entries(device)[0]);
  assert.deepEqual(await named('ada'), [['is', 'push-device']]);
  await kept.remove(caller('ada'));
  assert.deepEqual([await named('ada'), (await named('eve')).length], [[], 1]);
});
