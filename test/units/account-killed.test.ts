/** A relay that is killed while somebody's account is deleted: what was left of them goes once a relay runs again, on both engines, wherever it was killed. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, test } from 'node:test';
import { Problem } from '#contract/problems.ts';
import { forgetMember, type Keepers } from '../../api/former-member.ts';
import type { PersonCaller } from '../../api/identity/caller.ts';
import { createIdentity, type Identity } from '../../api/identity/identity.ts';
import { accounts, addWay } from '../../api/identity/ways.ts';
import { createRelay } from '../../api/relay/create-relay.ts';
import { LEFT_AFTER_MS } from '../../api/relay/person-left.ts';
import { pushService } from '../../api/services/push/index.ts';
import type { ServiceParts } from '../../api/services/service.ts';
import { storeWith } from '../../api/store/around.ts';
import { openStore } from '../../api/store/open.ts';
import { organisationShard } from '../../api/store/shards.ts';
import type { Store } from '../../api/store/store.ts';
import { needs } from '../kit/parts.ts';
import { openTemporaryFolder } from '../kit/projects.ts';
import { openRedisServer } from '../kit/redis.ts';

const actor = { name: 'relay', via: 'relay' } as const;
const writes: ReadonlySet<string> = new Set(['commit', 'drop']);

/** The same store, a while ago, for a process that is killed before a write of that number (from 0). */
function untilWrite(store: Store, number: number): { readonly store: Store; readonly isDead: () => boolean } {
  let count = 0;
  const dying = storeWith(store, async (operation, call) => {
    if (writes.has(operation)) count += 1;
    if (count > number) throw new Problem('store-away');
    return await call();
  });
  const earlier = new Proxy(dying, {
    get: (target, name) => (name === 'now' ? () => store.now() - LEFT_AFTER_MS : Reflect.get(target, name)),
  });
  return { store: earlier, isDead: () => count > number };
}

function keepersOf(store: Store): Keepers {
  const identity = createIdentity(store);
  const keptByServices = [pushService.ofPerson?.({ store } as ServiceParts)].filter((kept) => kept !== undefined);
  const relay = createRelay({
    store,
    log: (message, cause) => {
      throw new Error(message, { cause });
    },
    onLeft: (whose) => forgetMember({ relay, identity, keptByServices }, whose, actor),
  });
  return { relay, identity, keptByServices };
}

/** A member with everything that one can have. */
async function addMember(store: Store, { identity, relay }: Keepers, organisation: string, person: string) {
  const shard = organisationShard(organisation);
  await identity.people.add(organisation, { id: person, name: 'Grace', role: 'member' }, actor);
  const whose = { organisation, person };
  const caller = { ...whose, name: 'Grace', role: 'member', scope: 'write', via: 'key' } as unknown as PersonCaller;
  for (const name of ['one', 'two']) await identity.keys.create({ ...whose, name, scope: 'read' }, actor);
  await identity.sessions.begin({ ...whose, scope: 'write' }, 'link', { agent: 'Browser', isPlain: false });
  await identity.passwords.set(caller, { email: `${person}@example.com`, password: 'long enough for all' }, true);
  await identity.knownDevices.note(whose, undefined);
  await addWay(store, accounts, { key: `issuer ${person}`, name: 'Provider' }, { ...whose, kept: null }, []);
  await identity.deviceKeys.add(caller, { name: 'phone', publicKey: Buffer.alloc(32, person).toString('base64url') });
  const view = { kind: 'view', title: 'Mine', state: 'saved', meta: { place: 'specs', query: {} } };
  await relay.records.create({ ...caller, by: { person, name: 'Grace', via: 'key' } }, view);
  const device = {
    ...{
      id: `d-${person}`,
      person,
      personName: 'Grace',
      name: 'phone',
      endpoint: `https://push.example.com/${person}`,
    },
    ...{ p256dh: '', auth: '', credential: { type: 'key', hash: '' }, scope: 'read', createdAt: 0 },
  };
  await store.commit(shard, { put: [{ table: 'push-devices', key: device.id, value: JSON.stringify(device) }] });
  return caller;
}

async function leave(keepers: Keepers, by: PersonCaller): Promise<void> {
  await keepers.identity.people.remove(by.person, by);
  await forgetMember(keepers, by, actor);
}

interface Engine {
  readonly url: string;
  /** Everything that the engine has but logs, as text, while no store is open. */
  readonly dump: () => Promise<string>;
}

/** Kills at each write in turn, until one comes through; resolves to how many there were. */
async function killAtEachWrite({ url, dump }: Engine): Promise<number> {
  const people: string[] = [];
  let isWhole = false;
  {
    await using store = await openStore(url);
    const keepers = keepersOf(store);
    const { organisation } = await keepers.identity.organisations.ensureOwner('owner');
    for (let number = 0; !isWhole; number += 1) {
      const person = `person-${String(number).padStart(4, '0')}`;
      people.push(person);
      const by = await addMember(store, keepers, organisation, person);
      const dying = untilWrite(store, number);
      await leave(keepersOf(dying.store), by).catch((error: unknown) => {
        if (!(error instanceof Problem && error.code === 'store-away')) throw error;
      });
      isWhole = !dying.isDead();
      // Killed before anything was done: they are a member as before, and leave later.
      if (number === 0) await leave(keepers, by);
    }
    await sweepAll(keepers);
    await checkNoneListed(keepers.identity, organisation, people);
  }
  // How often a password was set is forgotten by itself, within minutes.
  const text = (await dump()).replaceAll(/tries\/password-set\/person-\d+/g, '');
  for (const person of people) {
    const at = text.indexOf(person);
    assert.equal(at, -1, `${person} is still in ${text.slice(Math.max(0, at - 200), at + 200)}`);
  }
  return people.length;
}

async function sweepAll({ relay }: Keepers): Promise<void> {
  while ((await relay.sweep()) > 0);
}

async function checkNoneListed(identity: Identity, organisation: string, people: readonly string[]): Promise<void> {
  assert.deepEqual((await identity.keys.list(organisation, undefined, 100)).items, []);
  assert.deepEqual(await identity.deviceKeys.list(organisation), []);
  for (const person of people)
    await assert.rejects(identity.passwords.check(`${person}@example.com`, 'long enough for all', { network: 'n' }), {
      code: 'password-wrong',
    });
}

const folder = await openTemporaryFolder();
after(() => folder[Symbol.asyncDispose]());

test('SQLite: an account that was being deleted when the relay was killed leaves nothing, at whichever write that was', async () => {
  const file = join(folder.path, 'relay.sqlite');
  const dump = async () => {
    using db = new DatabaseSync(file);
    const rows = ['rows', 'ticket', 'log', 'due'].flatMap((table) => db.prepare(`SELECT * FROM ${table}`).all());
    return rows.map((row) => JSON.stringify(row)).join('\n');
  };
  assert.ok((await killAtEachWrite({ url: `sqlite:${file}`, dump })) > 10);
});

test('Redis: the same', { skip: needs('redis-server') }, async () => {
  await using server = await openRedisServer();
  const dump = async () => {
    const keys = (await server.command('KEYS', '*')) as string[];
    const readers: Readonly<Record<string, readonly string[]>> = {
      hash: ['HGETALL'],
      zset: ['ZRANGE', '0', '-1'],
      string: ['GET'],
    };
    const texts = keys.map(async (key) => {
      const [read, ...more] = readers[String(await server.command('TYPE', key))] ?? [];
      return `${key}\n${read === undefined ? '' : await server.command(read, key, ...more)}`;
    });
    return (await Promise.all(texts)).join('\n');
  };
  assert.ok((await killAtEachWrite({ url: server.url, dump })) > 10);
});
